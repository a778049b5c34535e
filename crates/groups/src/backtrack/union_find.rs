//! Orbits by union and find.

/// Disjoint sets of `0, …, n − 1`.
#[derive(Clone, Debug)]
pub(crate) struct UnionFind {
    parent: Vec<u32>,
    size: Vec<u32>,
}

impl UnionFind {
    /// Every point by itself.
    pub(crate) fn new(degree: usize) -> Self {
        Self {
            parent: (0..degree as u32).collect(),
            size: vec![1; degree],
        }
    }

    /// The representative of a point's set.
    pub(crate) fn find(&mut self, x: u32) -> u32 {
        let mut x = x;
        while self.parent[x as usize] != x {
            let above = self.parent[self.parent[x as usize] as usize];
            self.parent[x as usize] = above;
            x = above;
        }
        x
    }

    /// Joins the sets of two points; whether they were different.
    pub(crate) fn join(&mut self, x: u32, y: u32) -> bool {
        let (x, y) = (self.find(x), self.find(y));
        if x == y {
            return false;
        }
        let (small, large) = if self.size[x as usize] < self.size[y as usize] {
            (x, y)
        } else {
            (y, x)
        };
        self.parent[small as usize] = large;
        self.size[large as usize] += self.size[small as usize];
        true
    }

    /// Joins every point with its image.
    pub(crate) fn join_cycles(&mut self, images: &[u32]) {
        for (x, &y) in images.iter().enumerate() {
            if x as u32 != y {
                self.join(x as u32, y);
            }
        }
    }

    /// The number of points in a point's set.
    pub(crate) fn size_of(&mut self, x: u32) -> usize {
        let root = self.find(x);
        self.size[root as usize] as usize
    }
}

# GAP's side of `cargo bench --bench subgroups`: CPU time of ConjugacyClassesSubgroups on the same groups.
# gap -q -o 4g benches/compare/subgroups.g </dev/null   (packages gap-core gap-libs gap-smallgrp)
SetInfoLevel(InfoWarning, 0);
Count := function(groups)
  local g, c, classes, subgroups;
  classes := 0; subgroups := 0;
  for g in groups do
    c := ConjugacyClassesSubgroups(g);
    classes := classes + Length(c);
    subgroups := subgroups + Sum(c, Size);
  od;
  return [classes, subgroups];
end;
Time := function(name, make, repeats)
  local times, i, groups, start, answer;
  times := [];
  for i in [1..repeats] do
    groups := make();
    start := Runtime();
    answer := Count(groups);
    Add(times, Runtime() - start);
  od;
  Sort(times);
  Print(name, ": CPU median ", times[QuoInt(repeats + 1, 2)], " ms, classes and subgroups ", answer, "\n");
end;
Time("all groups of order <= 48", function() return Concatenation(List([1..48], AllSmallGroups)); end, 3);
Time("12 groups of order 128", function() return List([1, 201 .. 2201], k -> SmallGroup(128, k)); end, 1);
Time("S6 and A7", function() return [Group((1,2,3,4,5,6), (1,2)), Group((1,2,3), (3,4,5,6,7))]; end, 3);
Time("M11", function() return [Group(GeneratorsOfGroup(MathieuGroup(11)))]; end, 3);
# W(F4) on its 48 roots: the generators are those of the bench's catalog, whatever the labels of the roots.
Time("W(F4)", function()
  local s, roots, simple, reflect, v, w;
  simple := [[0,1,-1,0], [0,0,1,-1], [0,0,0,1], [1/2,-1/2,-1/2,-1/2]];
  reflect := function(a, x) return x - 2 * (a*x) / (a*a) * a; end;
  roots := ShallowCopy(simple);
  for v in roots do for s in simple do
    w := reflect(s, v);
    if not w in roots then Add(roots, w); fi;
  od; od;
  return [Group(List(simple, s -> PermList(List(roots, v -> Position(roots, reflect(s, v))))))];
end, 3);
QUIT_GAP(0);

//! Graphs as text: DOT, GraphML and JSON, in the order of the vertices, so that bytes are reproducible.

use petgraph::dot::Dot;
use petgraph::visit::EdgeRef;
use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::Writer;
use serde_json::{Value, json};

use super::LabelledGraph;

impl LabelledGraph {
    /// The graph in the DOT language of Graphviz.
    pub fn to_dot(&self) -> String {
        format!("{}", Dot::new(&self.graph))
    }

    /// The graph as JSON: `{"title", "directed", "nodes": [{"id", "label"}], "links": [{"source",
    /// "target", "label"}]}`, the node-link form that networkx and d3 read. Nodes of a graph in layers have their `level`.
    pub fn to_json(&self) -> Value {
        let nodes: Vec<Value> = self
            .graph
            .node_indices()
            .map(|v| match &self.levels {
                Some(levels) => {
                    json!({ "id": v.index(), "label": self.graph[v], "level": levels[v.index()] })
                }
                None => json!({ "id": v.index(), "label": self.graph[v] }),
            })
            .collect();
        let links: Vec<Value> = self
            .graph
            .edge_references()
            .map(|e| json!({ "source": e.source().index(), "target": e.target().index(), "label": e.weight() }))
            .collect();
        json!({ "title": self.title, "directed": true, "multigraph": true, "nodes": nodes, "links": links })
    }

    /// The graph in GraphML, with the texts as the attribute `label` of nodes and edges.
    pub fn to_graphml(&self) -> String {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        self.write_graphml(&mut writer)
            .expect("writing XML to memory cannot fail");
        String::from_utf8(writer.into_inner()).expect("GraphML made of UTF-8 strings is UTF-8")
    }

    fn write_graphml(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let key = |writer: &mut Writer<Vec<u8>>, id: &str, of: &str| -> std::io::Result<()> {
            writer
                .create_element("key")
                .with_attributes([
                    ("id", id),
                    ("for", of),
                    ("attr.name", "label"),
                    ("attr.type", "string"),
                ])
                .write_empty()?;
            Ok(())
        };
        let label = |writer: &mut Writer<Vec<u8>>, id: &str, text: &str| -> std::io::Result<()> {
            let data = writer.create_element("data").with_attribute(("key", id));
            data.write_text_content(BytesText::new(text))?;
            Ok(())
        };
        let root = writer.create_element("graphml");
        root.with_attribute(("xmlns", "http://graphml.graphdrawing.org/xmlns"))
            .write_inner_content(|writer| {
                key(writer, "vertex", "node")?;
                key(writer, "arc", "edge")?;
                let graph = writer
                    .create_element("graph")
                    .with_attribute(("edgedefault", "directed"));
                graph.write_inner_content(|writer| {
                    for v in self.graph.node_indices() {
                        let node = writer
                            .create_element("node")
                            .with_attribute(("id", &*format!("n{}", v.index())));
                        node.write_inner_content(|writer| label(writer, "vertex", &self.graph[v]))?;
                    }
                    for e in self.graph.edge_references() {
                        let (source, target) = (
                            format!("n{}", e.source().index()),
                            format!("n{}", e.target().index()),
                        );
                        let edge = writer.create_element("edge");
                        let edge = edge.with_attributes([("source", &*source), ("target", &*target)]);
                        edge.write_inner_content(|writer| label(writer, "arc", e.weight()))?;
                    }
                    Ok(())
                })?;
                Ok(())
            })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::LabelledGraph;

    fn hexagon() -> LabelledGraph {
        let group = groups::catalog::parse_group("C6").unwrap();
        let label = |p: &u32| format!("point <{p}> & \"co\"");
        LabelledGraph::of_orbit(&group, &groups::OnPoints, &0, label, 10).unwrap()
    }

    #[test]
    fn json_lists_every_vertex_and_arc() {
        let json = hexagon().to_json();
        assert_eq!(json["nodes"].as_array().unwrap().len(), 6);
        assert_eq!(json["links"][0]["source"], 0);
        assert_eq!(json["links"][5]["label"], "a");
    }

    #[test]
    fn graphml_is_well_formed_and_escapes_its_labels() {
        let text = hexagon().to_graphml();
        let mut reader = quick_xml::Reader::from_str(&text);
        let (mut nodes, mut edges) = (0, 0);
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(tag) if tag.name().as_ref() == "node" => nodes += 1,
                quick_xml::events::Event::Start(tag) if tag.name().as_ref() == "edge" => edges += 1,
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!((nodes, edges), (6, 6));
        assert!(text.contains("point &lt;0&gt; &amp;"));
    }

    #[test]
    fn dot_escapes_its_labels() {
        assert!(hexagon().to_dot().contains("\\\"co\\\""));
    }

    #[test]
    fn an_orbit_over_the_limit_is_refused() {
        let group = groups::catalog::parse_group("C6").unwrap();
        let built = LabelledGraph::of_orbit(&group, &groups::OnPoints, &0, |p| p.to_string(), 5);
        assert!(matches!(built, Err(crate::BridgeError::Group(_))));
    }
}

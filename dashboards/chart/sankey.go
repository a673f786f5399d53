package chart

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/fillrate/fillrate/dashboards/locale"
	"github.com/fillrate/fillrate/queries"
)

// Flow is what a Sankey chart shows: where a whole goes. Nodes stand in columns by their Step.
type Flow struct {
	Name  string // of what flows: Requests
	Nodes []Node
	Links []Link
}

// Node is a place that something comes to.
type Node struct {
	Name, Color string
	Step        int // 0 is the root
	Value       float64
	moving      float64 // how much of it is provisional
	Point               // its note, address and whether it is provisional
}

// Link is what goes from one node to another, both given by their places in Nodes.
type Link struct {
	From, To int
	Value    float64
	moving   float64
	Point
}

// flowNodes is how many nodes a step of a flow has where Spec.Most does not say.
const flowNodes = 8

// nodeColors are those of well-known values; others take the colour of the node they come from.
var nodeColors = []string{"filled", "unfilled", "cancelled", "open"}

// drawFlow adds each row's value to the nodes and links along its steps. What goes from one node to more than spec.Most
// others goes, beyond the first, to one node of the rest.
func drawFlow(w *locale.Words, spec Spec, result *queries.Result) Chart {
	chart := Chart{Kind: Sankey, Format: spec.Format}
	y := -1
	if len(spec.Y) > 0 {
		y = Column(result, spec.Y[0])
	}
	if y < 0 {
		return chart
	}
	flow := &chart.Sankey
	flow.Name = w.Of(result.Columns[y].Label)
	root := spec.Root
	if root == "" {
		root = w.Text("chart.total")
	}
	flow.Nodes = []Node{{Name: root, Color: "s5"}}
	if spec.NodeLink != nil {
		flow.Nodes[0].URL = spec.NodeLink("", "")
	}
	type place struct{ from, step, value string }
	nodes, links := map[place]int{}, map[[2]int]int{}
	for _, row := range result.Rows {
		amount := Number(row[y])
		if amount == nil || *amount <= 0 {
			continue
		}
		told := spec.point(result, row)
		flow.Nodes[0].Value += *amount
		moving := 0.0
		if told.Provisional {
			moving = *amount
		}
		flow.Nodes[0].moving += moving
		from, path := 0, ""
		for step, dimension := range spec.Steps {
			at := Column(result, dimension)
			if at < 0 {
				continue
			}
			value := ""
			if row[at] != nil {
				value = Text(row[at])
			}
			if value == "" || value == "none" {
				break
			}
			key := place{path, dimension, value}
			path += value + "\x00"
			to, known := nodes[key]
			if !known {
				to = len(flow.Nodes)
				nodes[key] = to
				node := Node{Name: spec.Name(dimension, value), Step: step + 1, Color: flow.Nodes[from].Color}
				if slices.Contains(nodeColors, value) {
					node.Color = value
				}
				if spec.NodeColor != nil {
					if color := spec.NodeColor(dimension, value); color != "" {
						node.Color = color
					}
				}
				if spec.NodeLink != nil {
					node.URL = spec.NodeLink(dimension, value)
				}
				if node.URL == "" && step == len(spec.Steps)-1 { // what has come so far is one row
					node.URL = told.URL
				}
				flow.Nodes = append(flow.Nodes, node)
			}
			flow.Nodes[to].Value += *amount
			flow.Nodes[to].moving += moving
			if flow.Nodes[to].Note == "" {
				flow.Nodes[to].Note = told.Note
			}
			link, known := links[[2]int{from, to}]
			if !known {
				link = len(flow.Links)
				links[[2]int{from, to}] = link
				flow.Links = append(flow.Links, Link{From: from, To: to, Point: told})
			} else if flow.Links[link].URL != told.URL { // rows that lead elsewhere: the node knows where
				flow.Links[link].URL = ""
			}
			flow.Links[link].Value += *amount
			flow.Links[link].moving += moving
			from = to
		}
	}
	for i := range flow.Links {
		if node := flow.Nodes[flow.Links[i].To]; node.URL != "" {
			flow.Links[i].URL = node.URL
		}
	}
	most := spec.Most
	if most <= 0 {
		most = flowNodes
	}
	flow.gather(w, most)
	flow.markSome()
	return chart
}

// markSome marks what is provisional throughout, unless that is everything: the figure says so once.
func (f *Flow) markSome() {
	whole := f.Nodes[0].Value
	isAll := f.Nodes[0].moving == whole
	for i := range f.Nodes {
		f.Nodes[i].Provisional = !isAll && f.Nodes[i].moving == f.Nodes[i].Value
	}
	for i := range f.Links {
		f.Links[i].Provisional = !isAll && f.Links[i].moving == f.Links[i].Value
	}
}

// gather puts what is beyond the largest nodes after each node into one.
func (f *Flow) gather(w *locale.Words, most int) {
	next := map[int][]int{}
	for i, link := range f.Links {
		next[link.From] = append(next[link.From], i)
	}
	gone := map[int]bool{} // links
	for from, out := range next {
		leaves := slices.DeleteFunc(slices.Clone(out), func(i int) bool { return next[f.Links[i].To] != nil })
		slices.SortStableFunc(leaves, func(a, b int) int { return cmp.Compare(f.Links[b].Value, f.Links[a].Value) })
		if len(leaves) <= most+1 {
			continue
		}
		rest := Node{Name: w.Say("chart.others", w.Count(float64(len(leaves)-most))), Step: f.Nodes[f.Links[leaves[0]].To].Step, Color: f.Nodes[from].Color}
		for _, i := range leaves[most:] {
			rest.Value += f.Links[i].Value
			rest.moving += f.Links[i].moving
			gone[i] = true
		}
		f.Links = append(f.Links, Link{From: from, To: len(f.Nodes), Value: rest.Value, moving: rest.moving})
		f.Nodes = append(f.Nodes, rest)
	}
	if len(gone) == 0 {
		return
	}
	renumbered, used := map[int]int{0: 0}, []int{0}
	links := make([]Link, 0, len(f.Links))
	for i, link := range f.Links {
		if gone[i] {
			continue
		}
		if _, known := renumbered[link.To]; !known {
			renumbered[link.To] = 0
			used = append(used, link.To)
		}
		links = append(links, link)
	}
	slices.Sort(used)
	nodes := make([]Node, 0, len(used))
	for i, was := range used {
		renumbered[was] = i
		nodes = append(nodes, f.Nodes[was])
	}
	for i := range links {
		links[i].From, links[i].To = renumbered[links[i].From], renumbered[links[i].To]
	}
	f.Nodes, f.Links = nodes, links
}

// sorted lists the nodes step by step, those from one node together and the largest first.
func (f Flow) sorted() []int {
	order := []int{}
	if len(f.Nodes) == 0 {
		return order
	}
	column := []int{0}
	for len(column) > 0 {
		order = append(order, column...)
		var after []int
		for _, from := range column {
			var out []Link
			for _, link := range f.Links {
				if link.From == from {
					out = append(out, link)
				}
			}
			slices.SortStableFunc(out, func(a, b Link) int { return cmp.Compare(b.Value, a.Value) })
			for _, link := range out {
				after = append(after, link.To)
			}
		}
		column = after
	}
	return order
}

// flow draws nodes in the order of sorted; names are told apart by their place, as two reasons may have one name.
func (c Chart) flow() (map[string]any, error) {
	f := c.Sankey
	id := func(i int) string { return "n" + strconv.Itoa(i) }
	order := f.sorted()
	drawn := charts.NewSankey()
	nodes, links := make([]opts.SankeyNode, 0, len(order)), make([]opts.SankeyLink, 0, len(f.Links))
	for _, i := range order {
		nodes = append(nodes, opts.SankeyNode{Name: id(i), Depth: opts.Int(f.Nodes[i].Step)})
	}
	for _, link := range f.Links {
		links = append(links, opts.SankeyLink{Source: id(link.From), Target: id(link.To)})
	}
	drawn.AddSeries(clean(f.Name), nodes, links)
	text, err := json.Marshal(drawn.MultiSeries[0])
	if err != nil {
		return nil, fmt.Errorf("chart option: %w", err)
	}
	var series map[string]any
	if err := json.Unmarshal(text, &series); err != nil {
		return nil, fmt.Errorf("chart option: %w", err)
	}
	data, _ := series["data"].([]any)
	for at, i := range order {
		node, datum := f.Nodes[i], data[at].(map[string]any)
		datum["text"], datum["value"], datum["told"] = clean(node.Name), node.Value, []any{node.Value}
		node.tell(datum)
		style := map[string]any{"color": "@" + node.Color, "borderWidth": 0}
		if node.Provisional {
			style = hatched("@" + node.Color)
		}
		datum["itemStyle"] = style
	}
	edges, _ := series["links"].([]any)
	for at, link := range f.Links {
		datum := edges[at].(map[string]any)
		datum["value"], datum["told"] = link.Value, []any{link.Value}
		datum["text"] = clean(f.Nodes[link.From].Name) + " → " + clean(f.Nodes[link.To].Name)
		link.tell(datum)
		datum["lineStyle"] = map[string]any{"color": "@" + f.Nodes[link.To].Color}
	}
	series["data"], series["links"] = nonNil(data), nonNil(edges)
	series["left"], series["top"], series["bottom"], series["right"] = 2, 8, 8, flowLabel+12
	series["nodeWidth"], series["nodeGap"], series["layoutIterations"], series["draggable"] = 14, 12, 0, false
	series["nodeAlign"] = "left"
	series["lineStyle"] = map[string]any{"opacity": 0.28, "curveness": 0.5}
	series["emphasis"] = map[string]any{"focus": "adjacency", "itemStyle": outlined()["itemStyle"], "lineStyle": map[string]any{"opacity": 0.5}}
	series["label"] = map[string]any{"show": true, "position": "right", "formatter": "@node." + string(c.Format), "color": "@text", "fontSize": 12,
		"width": flowLabel, "overflow": "truncate"}
	option := map[string]any{}
	c.frame(option, "@tip.item")
	option["series"] = []any{series}
	option["tell"] = []any{map[string]any{"label": clean(f.Name), "format": c.Format}}
	return option, nil
}

// flowLabel is the width of a node's name and number, in pixels; charts.js shortens it on a narrow screen.
const flowLabel = 170

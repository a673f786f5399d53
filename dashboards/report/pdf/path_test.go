package pdf

import (
	"math"
	"testing"
)

// at gives the point of a path's step at a part of its way from a point.
func (s step) at(from point, part float64) point {
	if s.kind != 'C' {
		return point{from.x + part*(s.to[0].x-from.x), from.y + part*(s.to[0].y-from.y)}
	}
	a, b, c, e := math.Pow(1-part, 3), 3*math.Pow(1-part, 2)*part, 3*(1-part)*part*part, math.Pow(part, 3)
	return point{a*from.x + b*s.to[0].x + c*s.to[1].x + e*s.to[2].x, a*from.y + b*s.to[0].y + c*s.to[1].y + e*s.to[2].y}
}

func (s step) last() point {
	points := s.points()
	return points[len(points)-1]
}

func near(a, b point) bool { return math.Hypot(a.x-b.x, a.y-b.y) < 0.02 }

// Each command ends where the specification says, in absolute and relative form.
func TestPathCommands(t *testing.T) {
	for d, want := range map[string][]point{
		"M1 2":                     {{1, 2}},
		"m1 2l3,4":                 {{1, 2}, {4, 6}},
		"M1 2 3 4":                 {{1, 2}, {3, 4}},
		"m1 2 3 4":                 {{1, 2}, {4, 6}},
		"M0 0H5V6h-1v-2":           {{0, 0}, {5, 0}, {5, 6}, {4, 6}, {4, 4}},
		"M0 0C1 1 2 1 3 0":         {{0, 0}, {3, 0}},
		"M1 1c1 1 2 1 3 0s2-1 3 0": {{1, 1}, {4, 1}, {7, 1}},
		"M0 0Q5 5 10 0T20 0":       {{0, 0}, {10, 0}, {20, 0}},
		"M10 0q5 5 10 0t10 0":      {{10, 0}, {20, 0}, {30, 0}},
		"M0 0A5 5 0 0 1 10 0":      {{0, 0}, {5, -5}, {10, 0}},
		"M0 0a5 5 0 0110 0":        {{0, 0}, {5, -5}, {10, 0}}, // flags without a space behind them
		"M1-2.5.5":                 {{1, -2.5}},
		"M1e1 2E-1L+3 .5":          {{10, 0.2}, {3, 0.5}},
		"M0 0L2 0L2 2ZL5 5":        {{0, 0}, {2, 0}, {2, 2}, {5, 5}},
		"M3 3m1 1l1 0":             {{3, 3}, {4, 4}, {5, 4}},
		"M0 0A0 5 0 0 1 10 0":      {{0, 0}, {10, 0}}, // no radius: a line
		"M0 0A1 1 0 0 1 10 0":      {{0, 0}, {5, -5}, {10, 0}},
		"M0 0S5 5 10 0":            {{0, 0}, {10, 0}},
		"M 1 , 2 L\n3\t4":          {{1, 2}, {3, 4}},
		"M0 0A5 10 90 0 1 10 0":    nil,
		"":                         {},
	} {
		p, err := parsePath(d)
		if err != nil && d != "M1-2.5.5" {
			t.Errorf("%q: %v", d, err)
			continue
		}
		if want == nil {
			continue
		}
		var ends []point
		for _, s := range p {
			if s.kind != 'Z' {
				ends = append(ends, s.last())
			}
		}
		if len(ends) != len(want) {
			t.Errorf("%q ends at %v, want %v", d, ends, want)
			continue
		}
		for i := range want {
			if !near(ends[i], want[i]) {
				t.Errorf("%q ends at %v, want %v", d, ends, want)
			}
		}
	}
	for _, d := range []string{"L1 2", "M1", "M1 2X3", "12", "M0 0A1 1 0 2 0 3 3", "M0 0 Z 1 2"} {
		if _, err := parsePath(d); err == nil {
			t.Errorf("%q is taken for a path", d)
		}
	}
}

// The handle of a smooth curve mirrors the last one; a curve of second degree is the same as one of third.
func TestPathHandles(t *testing.T) {
	p, _ := parsePath("M0 0C0 4 4 4 4 0S8-4 8 0")
	if got := p[2].to[0]; !near(got, point{4, -4}) {
		t.Errorf("the mirrored handle is at %v", got)
	}
	p, _ = parsePath("M0 0Q5 10 10 0")
	if got := p[1].at(point{0, 0}, 0.5); !near(got, point{5, 5}) { // (0 + 2·10 + 0)/4
		t.Errorf("the middle of a curve is at %v", got)
	}
}

// Points of an arc lie on its circle, the long way round or the short, to either side.
func TestArc(t *testing.T) {
	for _, test := range []struct {
		d       string
		c       point
		radius  float64
		through point
	}{
		{"M10 0A10 10 0 0 1 0 10", point{0, 0}, 10, point{7.0711, 7.0711}},
		{"M10 0A10 10 0 1 0 0 10", point{0, 0}, 10, point{0, -10}},
		{"M10 0A10 10 0 0 0 0 10", point{10, 10}, 10, point{2.9289, 2.9289}},
		{"M10 0A10 10 0 1 1 0 10", point{10, 10}, 10, point{20, 10}},
		{"M-5 0A5 5 0 0 1 5 0", point{0, 0}, 5, point{0, -5}},
	} {
		p, err := parsePath(test.d)
		if err != nil {
			t.Fatal(err)
		}
		closest := math.Inf(1)
		from := p[0].to[0]
		for _, s := range p[1:] {
			for part := 0.0; part <= 1; part += 0.02 {
				at := s.at(from, part)
				if off := math.Abs(math.Hypot(at.x-test.c.x, at.y-test.c.y) - test.radius); off > 0.01 {
					t.Errorf("%s: %v lies %.4f off the circle", test.d, at, off)
				}
				closest = min(closest, math.Hypot(at.x-test.through.x, at.y-test.through.y))
			}
			from = s.last()
		}
		if closest > 0.2 {
			t.Errorf("%s does not pass %v (%.3f)", test.d, test.through, closest)
		}
	}
	// Turned by 90°, the axes change places.
	p, _ := parsePath("M0 0A5 10 90 0 1 20 0")
	if least, most := p.box(); math.Abs(least.y+5) > 0.01 || most.y > 0.01 {
		t.Errorf("a turned ellipse lies in %v %v", least, most)
	}
}

func TestShapes(t *testing.T) {
	for name, test := range map[string]struct {
		p           path
		least, most point
	}{
		"ellipse":    {ellipse(5, 6, 2, 3), point{3, 3}, point{7, 9}},
		"rectangle":  {rectangle(1, 2, 3, 4, 0, 0), point{1, 2}, point{4, 6}},
		"with round": {rectangle(1, 2, 30, 40, 5, 9), point{1, 2}, point{31, 42}},
		"too round":  {rectangle(0, 0, 4, 4, 100, 100), point{0, 0}, point{4, 4}},
	} {
		if least, most := test.p.box(); !near(least, test.least) || !near(most, test.most) {
			t.Errorf("%s lies in %v %v", name, least, most)
		}
	}
	if len(ellipse(0, 0, 0, 4)) > 0 || len(rectangle(0, 0, -1, 4, 0, 0)) > 0 {
		t.Error("what has no size is drawn")
	}
	if (path{{'M', [3]point{{math.NaN(), 0}}}}).isFinite() {
		t.Error("NaN is finite")
	}
}

func TestTransform(t *testing.T) {
	for text, want := range map[string]point{ // where (1, 2) comes to lie
		"":                              {1, 2},
		"translate(10 20)":              {11, 22},
		"translate(10)":                 {11, 2},
		"scale(2)":                      {2, 4},
		"scale(2,-1)":                   {2, -2},
		"rotate(90)":                    {-2, 1},
		"rotate(180 1 2)":               {1, 2},
		"matrix(0,1,-1,0,5,5)":          {3, 6},
		"translate(10,0) rotate(90)":    {8, 1},
		"skewX(45)":                     {3, 2},
		"unknown(3) translate(1 1)":     {2, 3},
		"matrix(1,2) translate(1e1 -1)": {11, 1},
	} {
		if got := parseTransform(text).at(point{1, 2}); !near(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	m := parseTransform("translate(3 4) rotate(30) scale(2 5)")
	back, ok := m.back()
	if got := back.at(m.at(point{7, 8})); !ok || !near(got, point{7, 8}) {
		t.Errorf("there and back again: %v", got)
	}
	if _, ok := parseTransform("scale(0)").back(); ok {
		t.Error("nothing can be undone")
	}
}

func TestColor(t *testing.T) {
	for text, want := range map[string]color{
		"#abc":                {0xaa, 0xbb, 0xcc, 1},
		"#237EE7":             {0x23, 0x7e, 0xe7, 1},
		"#23 7ee7":            {},
		"#00000080":           {0, 0, 0, 128.0 / 255},
		"rgb(1, 2,3)":         {1, 2, 3, 1},
		"rgba(1,2,3,0.5)":     {1, 2, 3, 0.5},
		"rgba(300,-1,0,7)":    {255, 0, 0, 1},
		" White ":             {255, 255, 255, 1},
		"transparent":         {},
		"rgb(1,2)":            {},
		"url(#a)":             {},
		"no-such-colour-name": {},
	} {
		got, ok := parseColor(text)
		if wantOK := want != (color{}) || text == "transparent"; got != want || ok != wantOK {
			t.Errorf("%q: %v %v", text, got, ok)
		}
	}
}

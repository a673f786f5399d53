package campaign

// The dimensions of a group, as queries name them. The first one that a target names is that of its units.
const (
	Department  = "department"
	PatronGroup = "patron_group"
	Library     = "library"
)

var dimensions = []string{Department, PatronGroup, Library}

// Dimension is that of the units which the group names: departments, else patron groups, else libraries; empty for everyone.
func (g Group) Dimension() string {
	for _, dimension := range dimensions {
		if len(g.Names(dimension)) > 0 {
			return dimension
		}
	}
	return ""
}

// Names gives what the group names of a dimension.
func (g Group) Names(dimension string) []string {
	switch dimension {
	case Department:
		return g.Departments
	case PatronGroup:
		return g.PatronGroups
	case Library:
		return g.Libraries
	}
	return nil
}

// fieldOf gives the field of a group for a dimension.
func fieldOf(dimension string) string {
	switch dimension {
	case Department:
		return "departments"
	case PatronGroup:
		return "patron_groups"
	}
	return "libraries"
}

// Group is the group of those whose readers are counted.
func (e Exposure) Group() Group {
	unit := []string{e.Unit}
	switch e.Dimension {
	case Department:
		return Group{Departments: unit}
	case PatronGroup:
		return Group{PatronGroups: unit}
	}
	return Group{Libraries: unit}
}

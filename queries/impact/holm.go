package impact

// HolmOver sets Headline.HolmP of those reports that have a headline about requests: their p adjusted for there being several.
func HolmOver(reports []*Report) {}

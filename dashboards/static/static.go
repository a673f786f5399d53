// Package static holds what pages and reports are drawn with: the stylesheet, the scripts and, where `make build` fetched
// it, ECharts under vendor.
package static

import "embed"

// Files holds app.css, charts.js, vendor/echarts.min.js and the others, by those names.
//
//go:embed *
var Files embed.FS

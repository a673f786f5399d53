// Package dashboards serves what the queries compute: pages with charts and tables, downloads, and a JSON API. It
// computes nothing of its own and keeps nothing; the whole state of a page is its URL. It does not know how a history
// is loaded, and sends nothing anywhere.
package dashboards

//go:build !cgo || !duckdb_arrow

package store

// DuckDB's library is linked in through cgo, and its driver has the Arrow interface only under the build tag
// duckdb_arrow. make sets both. A bare go command needs a C and a C++ compiler, and once per shell
//
//	export GOFLAGS=-tags=duckdb_arrow
//
// Without them the imported folder holds no file to build, so that go stops at once with the folder's name as its only
// message. (An undefined name here would be one compile error among those of every file that uses Arrow.)
import _ "github.com/fillrate/fillrate/queries/store/needs_cgo_and_GOFLAGS_tags_duckdb_arrow"

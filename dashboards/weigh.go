package dashboards

import (
	"reflect"

	"github.com/fillrate/fillrate/queries"
)

// weigh estimates how many bytes of memory a value holds: what it points to, and an entry's own keeping.
func weigh(value any) int {
	const keeping = 256
	return keeping + beyond(reflect.ValueOf(value))
}

var metricType = reflect.TypeFor[*queries.Metric]()

// beyond is the bytes that a value refers to, its own aside. What lives as long as the program weighs nothing.
func beyond(v reflect.Value) int {
	switch v.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Pointer:
		if v.IsNil() || v.Type() == metricType {
			return 0
		}
		return int(v.Type().Elem().Size()) + beyond(v.Elem())
	case reflect.Interface:
		if v.IsNil() {
			return 0
		}
		return int(v.Elem().Type().Size()) + beyond(v.Elem())
	case reflect.Slice:
		bytes := v.Cap() * int(v.Type().Elem().Size())
		if isFlat(v.Type().Elem()) {
			return bytes
		}
		for i := range v.Len() {
			bytes += beyond(v.Index(i))
		}
		return bytes
	case reflect.Array:
		bytes := 0
		for i := range v.Len() {
			bytes += beyond(v.Index(i))
		}
		return bytes
	case reflect.Map:
		bytes := 0
		for each := v.MapRange(); each.Next(); {
			bytes += int(v.Type().Key().Size()+v.Type().Elem().Size()) + beyond(each.Key()) + beyond(each.Value())
		}
		return bytes
	case reflect.Struct:
		if v.Type().PkgPath() == "time" { // a time's place is shared by all
			return 0
		}
		bytes := 0
		for i := range v.NumField() {
			bytes += beyond(v.Field(i))
		}
		return bytes
	}
	return 0
}

// isFlat tells the types that refer to nothing.
func isFlat(t reflect.Type) bool {
	return t.Kind() >= reflect.Bool && t.Kind() <= reflect.Complex128
}

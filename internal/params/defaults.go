package params

import "reflect"

// A Defaulter is an optional table, which a struct points to: SetDefaults fills in what a file that
// has it may leave out.
type Defaulter interface{ SetDefaults() }

// fresh is a pointer to a new value with its defaults.
func fresh(t reflect.Type) reflect.Value {
	v := reflect.New(t)
	if d, ok := v.Interface().(Defaulter); ok {
		d.SetDefaults()
	}
	return v
}

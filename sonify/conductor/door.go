package conductor

import "proscenium/sonify"

// Door returns a function that takes all fields but those in keep out of an event,
// names and values, so that nothing else of the data gets into the program, its
// outputs or its logs. It is used by one goroutine.
func Door(keep []string) func(*sonify.Event) {
	kept := make(map[string]bool, len(keep))
	for _, k := range keep {
		kept[k] = true
	}
	type passage struct {
		shape *sonify.Shape // with the fields that pass
		slots []int         // where they stand in the shape that comes
	}
	known := make(map[*sonify.Shape]passage)
	var last *sonify.Shape
	var pass passage
	return func(ev *sonify.Event) {
		if ev.Shape == nil {
			ev.Values = nil
			return
		}
		if ev.Shape != last {
			var ok bool
			if pass, ok = known[ev.Shape]; !ok {
				var fields []sonify.Field
				for i, f := range ev.Shape.Fields() {
					if kept[f.Name] {
						fields = append(fields, f)
						pass.slots = append(pass.slots, i)
					}
				}
				pass.shape = sonify.NewShape(ev.Shape.Kind(), fields...)
				if len(known) >= shapeLimit {
					clear(known)
				}
				known[ev.Shape] = pass
			}
			last = ev.Shape
		}
		ev.Shape = pass.shape
		n := 0
		for _, i := range pass.slots { // in order, so that nothing is overwritten too early
			v := sonify.Value{}
			if i < len(ev.Values) {
				v = ev.Values[i]
			}
			if n < len(ev.Values) {
				ev.Values[n] = v
			} else {
				ev.Values = append(ev.Values, v)
			}
			n++
		}
		clear(ev.Values[n:])
		ev.Values = ev.Values[:n]
	}
}

// shapeLimit bounds how many shapes a door remembers, against a source that
// makes a new one for every event.
const shapeLimit = 256

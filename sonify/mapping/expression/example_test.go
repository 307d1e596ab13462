package expression_test

import (
	"fmt"

	"proscenium/sonify"
	"proscenium/sonify/mapping/expression"
)

func ExampleCompile() {
	scope := &expression.Scope{
		Fields:  map[string]sonify.ValueType{"ace": sonify.Bool, "speed_kmh": sonify.Number},
		Signals: []string{"tension"},
	}
	e, err := expression.Compile("ace and speed_kmh > 180 ? speed_kmh * signal.tension : 0", scope)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Fields(), e.Signals())
	for _, event := range [][]sonify.Value{
		{sonify.Truth(true), sonify.Num(200)},
		{sonify.Truth(false), sonify.Num(200)},
		{sonify.Truth(true), {}}, // the speed is missing
	} {
		v, _ := e.Eval(expression.Input{Fields: event, Signals: []float64{0.5}})
		fmt.Printf("%v %q\n", v.Type(), v)
	}

	_, err = expression.Compile("speed_kph > 180", scope)
	fmt.Println(err)
	// Output:
	// [ace speed_kmh] [0]
	// number "100"
	// number "0"
	// missing ""
	// 1:1: there is no field "speed_kph" (did you mean "speed_kmh"?)
}

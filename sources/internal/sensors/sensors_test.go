package sensors_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
	"proscenium/sonify"
	"proscenium/sources/internal/sensors"
)

func TestPersonal(t *testing.T) {
	for _, c := range []struct {
		names           string
		always, as_word bool
	}{
		{"user last_unlock_user action_user lastUnlockUser users name friendly_name FriendlyName1 username code pin pin_code last_used_pin_code door_code changed_by uid car_latitude lon geocoded_location", true, true},
		{"person person_motion owner guest_mode message address wifi_ssid last_caller last_notification", false, true},
		{"temperature state action system_mode running_state error_code fault_code status_code action_source_name last_unlock_source spin_speed opinion codec stand_by standby lobby battery", false, false},
	} {
		for _, name := range strings.Fields(c.names) {
			if got := sensors.Personal(name); got != c.always {
				t.Errorf("%s is personal: %v", name, got)
			}
			if got := sensors.PersonalText(name); got != c.as_word {
				t.Errorf("%s is personal as a word: %v", name, got)
			}
		}
	}
}

func TestTeller(t *testing.T) {
	for _, c := range []struct {
		only, name, values string // of JSON, with commas
		want               string
	}{
		{"", "temperature", `21.5,"21.5",null`, "reading temperature value=21.5; reading temperature value=21.5; reading temperature"},
		{"", "state", `"ON","off"`, "reading state value=1 state=on; reading state value=0 state=off"},
		{"", "running_state", `"idle","idle","heat","idle"`, "reading running_state state=idle; reading running_state state=heat; reading running_state state=idle"},
		{"", "system_mode", `"Jane","on holiday"`, ""},
		{"", "last_unlock_user", `"jane","Jane",3,"3",true,null`, ""},
		{"last_unlock_user", "last_unlock_user", `"jane",3`, ""},
		{"", "last_used_pin_code", `"1234",1234`, ""},
		{"", "person", `"jane",true`, "reading person value=1 state=on"},
		{"temperature", "running_state", `"idle"`, ""},
	} {
		var only []string
		if c.only != "" {
			only = []string{c.only}
		}
		tell := sensors.New(sonify.SourceEnv{Name: "x", Tally: new(sonify.Tally)}, only)
		var got []string
		for _, v := range gjson.Parse("[" + c.values + "]").Array() {
			tell.JSON(&sensors.Said{Sensor: "x", Measure: sensors.Named(c.name)}, v, func(ev sonify.Event) {
				text := ev.Kind()
				for i, f := range ev.Shape.Fields() {
					switch v := ev.Values[i]; {
					case v.IsMissing() || f.Name == "sensor" || f.Name == "unit":
					case f.Name == "measure":
						text += " " + v.String()
					default:
						text += fmt.Sprintf(" %s=%v", f.Name, v)
					}
				}
				got = append(got, text)
			})
		}
		if text := strings.Join(got, "; "); text != c.want {
			t.Errorf("%s of %s: told %q, want %q", c.values, c.name, text, c.want)
		}
	}
}

package likeness

import (
	"testing"

	"proscenium/mappings/internal/take"
	"proscenium/sonify"
)

// tune is a take in which a melody plays in each bar that story names, at that
// bar's pitch.
func tune(steps []int, times []sonify.Tick, story []int) *take.Take {
	t := &take.Take{Themes: []int{0}}
	t.Header.Meter = sonify.Meter{Beats: 4, Unit: 4}
	t.Header.Voices = []sonify.Voice{{Name: "lead", Pitched: true}, {Name: "drums"}}
	t.Header.Makers = []sonify.Maker{{Kind: sonify.MakerPattern}, {Kind: sonify.MakerPattern}}
	for bar, base := range story {
		at := sonify.Tick(bar) * 4 * sonify.PPQ
		if base == 0 {
			continue
		}
		key := base
		for i, s := range steps {
			key += s
			t.Notes = append(t.Notes, sonify.Note{Tick: at, Length: times[i], Pitch: sonify.Key(key), Velocity: sonify.Velocity(base), Pan: sonify.Pan(base - 60)})
			at += times[i]
		}
		for d := range sonify.Tick(base % 5) {
			t.Notes = append(t.Notes, sonify.Note{Tick: sonify.Tick(bar)*4*sonify.PPQ + d*240, Length: 100, Voice: 1, Velocity: 90, Cause: sonify.Cause{By: 1}})
		}
	}
	t.Summary = &sonify.Summary{Ticks: sonify.Tick(len(story)) * 4 * sonify.PPQ}
	return t
}

var (
	leap  = []int{0, 7, -2, -2, 5, -8} // up a fifth and home
	slide = []int{0, -1, -2, 2, 1, -3}
	march = []sonify.Tick{960, 480, 480, 960, 480, 480}
	waltz = []sonify.Tick{320, 640, 320, 640, 960, 960}

	win  = []int{60, 60, 62, 64, 64, 67, 67, 72, 71, 69, 67, 60, 60, 64, 72, 79}
	lose = []int{72, 67, 0, 72, 60, 62, 79, 60, 64, 62, 0, 79, 60, 72, 62, 67}
)

func TestTheme_HearsTheTuneWhateverTheStory(t *testing.T) {
	a := tune(leap, march, win)
	if x := Theme(a, tune(leap, march, lose)); x < 0.7 {
		t.Errorf("the same tune, transposed and in another order: %.2f", x)
	}
	// On another step of the scale a fifth is a fourth, a third minor.
	if x := Theme(a, tune([]int{0, 5, -1, -2, 6, -9}, march, win)); x < 0.7 {
		t.Errorf("the same tune on another step: %.2f", x)
	}
	twice := tune(leap, []sonify.Tick{1920, 960, 960, 1920, 960, 960}, []int{60, 0, 62, 0, 64, 0, 67, 0, 72, 0, 60, 0})
	if x := Theme(a, twice); x < 0.7 {
		t.Errorf("the same tune twice as slowly: %.2f", x)
	}
	for name, b := range map[string]*take.Take{"another melody": tune(slide, march, win), "another rhythm": tune(leap, waltz, win)} {
		if x := Theme(a, b); x > 0.1 {
			t.Errorf("%s: %.2f", name, x)
		}
	}
	if x := Theme(a, tune(leap, march, make([]int, 16))); x != 0 {
		t.Errorf("nothing: %.2f", x)
	}
}

func TestCourse_HearsTheStoryWhateverTheTune(t *testing.T) {
	a := tune(leap, march, win)
	if x := Course(a, a); x < 0.9999 {
		t.Errorf("itself: %.4f", x)
	}
	b := tune(slide, waltz, win)
	c := tune(leap, march, lose)
	same, other := Course(a, b), Course(a, c)
	if same < 0.6 || other > 0.4 || same < other+0.4 {
		t.Errorf("the same story by another tune %.2f, another story by the same tune %.2f", same, other)
	}
	half := tune(leap, march, win[:8])
	if x := Course(a, half); x > 0.51 || Course(half, a) != x {
		t.Errorf("half of it: %.2f and %.2f", x, Course(half, a))
	}
}

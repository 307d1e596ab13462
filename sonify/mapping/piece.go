package mapping

import (
	"proscenium/sonify/mapping/grammar"
)

// File is a piece as a person writes it: the description from which the parser,
// the checks, the reference page and the JSON Schema all come. Keys and their
// meaning are documented in the tags.
type File struct {
	Title       string      `toml:"title" doc:"what the piece is called" example:"Point by point"`
	About       string      `toml:"about" doc:"what to listen for, in a sentence or two" example:"Listen for: the server has the tune, the other answers."`
	Language    string      `toml:"language" doc:"the language that the piece is written in, as a code (BCP 47): pages read its captions and words aloud in it" default:"en" example:"fr"`
	Mapping     string      `toml:"mapping" doc:"the mapping of the library (or a path to one) that this piece starts from; what stands here overrides it, unset = [...] in a table takes keys of it away, remove = true whole tables" example:"tennis"`
	Tempo       Number      `toml:"tempo" doc:"how fast the pulse goes; a table lets it follow a signal" unit:"quarter notes a minute" default:"112" example:"112"`
	Meter       string      `toml:"meter" doc:"the time signature" default:"4/4" example:"3/4"`
	Key         KeyName     `toml:"key" doc:"the key: a note and a scale (by name, as an equal division such as 19 edo, or as cents or ratios from the tonic up), or a list of notes" default:"A minor" example:"D dorian"`
	Seed        int64       `toml:"seed" doc:"chooses among the variations; the same seed plays the same piece" default:"1" min:"0" example:"2014"`
	Grid        Grid        `toml:"grid" doc:"where an event may sound: at or after its arrival, on the next such note; \"off\" for at once" default:"1/16" example:"1/8"`
	Level       string      `toml:"level" doc:"how much music is made of the data: plain is the data alone, gentle adds pulse and harmony, full is the piece" default:"full" enum:"plain|gentle|full" example:"gentle"`
	Swing       float64     `toml:"swing" doc:"how late the off sixteenths come" unit:"parts of a sixteenth" default:"0" min:"0" max:"0.6" example:"0.2"`
	Tuning      string      `toml:"tuning" doc:"exact pitches, or those that the old chips could play" default:"exact" enum:"exact|authentic" example:"authentic"`
	Temperament Temperament `toml:"temperament" doc:"where the twelve keys of the octave lie: equal, just, pythagorean, meantone, werckmeister, an equal division such as 19 edo, or twelve cents or ratios from the tonic up; scales with a tuning of their own keep it" default:"equal" example:"just"`
	A4          float64     `toml:"a4" doc:"the frequency of A4" unit:"Hz" default:"440" min:"220" max:"880" example:"442"`

	Source  grammar.Map[Source] `toml:"source" doc:"where events come from"`
	Signal  grammar.Map[Signal] `toml:"signal" doc:"numbers that live between events"`
	Voice   grammar.Map[Voice]  `toml:"voice" doc:"the parts and their sounds"`
	Theme   grammar.Map[Theme]  `toml:"theme" doc:"melodies that patterns play"`
	Rule    []Rule              `toml:"rule" doc:"what an event plays"`
	Pattern []Pattern           `toml:"pattern" doc:"what plays by itself, steered by signals"`
	Control []Control           `toml:"control" doc:"how the sound of a voice follows the data"`
	Form    Form                `toml:"form" doc:"chords and sections"`
	Idle    Idle                `toml:"idle" doc:"what is heard when the data stops"`

	Board Board `toml:"board" doc:"a table that displays show beside the music, such as the score of a match; nothing stands on it that is not written here"`

	Ticks     Ticks       `toml:"ticks" doc:"a click in the data's time, so that one hears how fast it goes"`
	Reference []Reference `toml:"reference" doc:"soft tones to compare a rule's notes with"`
	News      News        `toml:"news" doc:"what is heard of the sources themselves: that a live one says nothing, cannot be reached, is back"`

	Mix Mix `toml:"mix" doc:"how the voices become one sound"`
}

// Source holds the keys that every kind of source has; the kind adds its own.
type Source struct {
	Pos     grammar.Pos      `toml:"-"`
	Type    string           `toml:"type" doc:"the kind of source; \"proscenium sources\" lists them" required:"true" example:"slam"`
	Keep    []string         `toml:"keep" doc:"the fields that pass the door; without it, those that the piece reads" example:"[\"server\", \"speed_kmh\"]"`
	Hash    []string         `toml:"hash" doc:"fields that pass as short hashes, another for every run: the same can be told to be the same, and nothing else" example:"[\"name\"]"`
	AtLeast int              `toml:"at_least" doc:"how many a group must have for its name to pass; of smaller ones the fields in group are missing; 0: any number" default:"0" min:"0" max:"1000000" example:"5"`
	Group   Words            `toml:"group_by" doc:"the field that says to which group an event belongs, or several" example:"server"`
	Members string           `toml:"members" doc:"the field whose different values make the number of a group; without it, its events do" example:"name"`
	Stale   grammar.Duration `toml:"stale" doc:"after so long without an event a live source is held to have fallen silent; without it, as the station says" example:"10m"`
	Clock   string           `toml:"clock" doc:"what times the events: the source's own clock, a fixed step from one to the next, or their arrival" enum:"own|step|arrival" example:"step"`
	Speed   float64          `toml:"speed" doc:"how many times faster than life the source's own clock runs" unit:"times" default:"1" min:"0.001" max:"1000000" example:"30"`
	Step    grammar.Duration `toml:"step" doc:"the time from one event to the next, with clock = \"step\"" default:"500ms" example:"250ms"`
	MaxGap  grammar.Duration `toml:"max_gap" doc:"a longer silence of the source's own clock is cut to this, in the source's time; \"0s\" cuts none" default:"10m" example:"10m"`
	Begin   Moment           `toml:"begin" doc:"what the source's own clock shows when the music begins: a stretch of time or a date; sources that begin at the same keep step; without it, what the first event says" example:"9h"`
	Delay   grammar.Duration `toml:"delay" doc:"music before the first event" default:"0s" example:"4s"`
	Budget  Budget           `toml:"budget" doc:"how many notes its events may make in so long; what goes beyond is gathered and sounds together" example:"\"16 per bar\""`
	Rest    grammar.Raw      `toml:"*"`
}

// Signal is a number that lives between events.
type Signal struct {
	Pos    grammar.Pos `toml:"-"`
	Title  string      `toml:"title" doc:"what people call it, for the legend; without it, its name" example:"tension on the court"`
	Doc    string      `toml:"doc" doc:"what the number says, for the legend" example:"who has won more of the last points"`
	Unit   string      `toml:"unit" doc:"its unit, for people" example:"km/h"`
	On     Words       `toml:"on" doc:"the kind of event that moves it, or several; \"match.*\" takes all kinds below; without it the value is computed from other signals" example:"tennis.point"`
	Source string      `toml:"source" doc:"only events of this source" example:"court"`
	When   string      `toml:"when" doc:"only events for which this is true" example:"ace"`
	Value  string      `toml:"value" doc:"the number that an event gives; without it every event counts 1" example:"winner == 1 ? 1 : -1"`
	Reduce string      `toml:"reduce" doc:"how many values become one; of words, ordinal is the how many-th different one the last is, from 1, and share how much of the window is like it" default:"last" enum:"last|count|rate|sum|mean|min|max|median|ema|stddev|distinct|entropy|ordinal|share|trend" example:"ema"`
	Window Window      `toml:"window" doc:"how far back it looks: so many events, so long in the data's time, or so many bars or beats of the music at its first tempo; without it, to the beginning" example:"12 events"`
	Domain Domain      `toml:"domain" doc:"what counts as low and as high" default:"seen" example:"[-1, 1]"`
	Ends   []string    `toml:"ends" doc:"what its lowest and its highest value mean, for the legend" len:"2..2" example:"[\"player 2 wins\", \"player 1 wins\"]"`
	Start  *float64    `toml:"start" doc:"the value before the first event; without it, there is none then, and expressions read 0" example:"0.5"`
	Slew   float64     `toml:"slew" doc:"how much of the way to a new value it goes every beat; 1 jumps" unit:"parts of the way" default:"1" min:"0.01" max:"1" example:"0.25"`
	Show   bool        `toml:"show" doc:"whether displays draw its curve" default:"true" example:"false"`
}

// Voice is a part with a sound of its own.
type Voice struct {
	Pos      grammar.Pos `toml:"-"`
	Title    string      `toml:"title" doc:"what people call it; without it, its name" example:"drum of player 2"`
	Wave     string      `toml:"wave" doc:"the kind of sound" default:"pulse" enum:"pulse|triangle|noise|wave|sample" instead:"square=pulse|sine=triangle|sin=triangle|saw=wave|sawtooth=wave|drum=noise|drums=noise|white=noise|wav=sample" example:"triangle"`
	Duty     Macro       `toml:"duty" doc:"pulse: the width, 0 to 3 for 12.5, 25, 50 and 75 %, stepped through at 60 Hz" unit:"steps of 60 Hz" default:"2" example:"[2, 1]"`
	Volume   Macro       `toml:"volume" doc:"the volume, 0 to 15, stepped through at 60 Hz; the last value stays" default:"15" example:"[15, 13, 11, 9, 8, 7]"`
	Arpeggio Macro       `toml:"arpeggio" doc:"semitones added to the note, stepped through at 60 Hz" example:"\"| 0 4 7\""`
	Bend     Macro       `toml:"bend" doc:"cents added to the note, stepped through at 60 Hz" example:"[-50, -20, 0]"`
	Mode     Macro       `toml:"mode" doc:"noise: 0 long (a hiss), 1 short (a metallic tone)" example:"[1, 0]"`
	Vibrato  Vibrato     `toml:"vibrato" doc:"a slow wavering of the pitch"`
	Slide    float64     `toml:"slide" doc:"how long a note takes from the pitch before to its own" unit:"s" default:"0" min:"0" max:"2" example:"0.05"`
	Echo     Echo        `toml:"echo" doc:"a softer copy of each note, later"`
	Drop     float64     `toml:"drop" doc:"how far a note falls within drop_time, for kicks" unit:"semitones" default:"0" min:"-60" max:"60" example:"24"`
	DropTime float64     `toml:"drop_time" doc:"how long the fall takes" unit:"s" default:"0.1" min:"0.01" max:"2" example:"0.09"`
	Steps    []int       `toml:"steps" doc:"wave: 32 levels from 0 to 15" example:"[8, 10, 12, 14, 15, 14, 12, 10, 8, 6, 4, 2, 0, 2, 4, 6, 8, 10, 12, 14, 15, 14, 12, 10, 8, 6, 4, 2, 0, 2, 4, 6]"`
	Sample   string      `toml:"sample" doc:"sample: the WAV file, beside the piece" example:"clap.wav"`
	Root     string      `toml:"root" doc:"sample: the pitch at which it plays as recorded" default:"C4" example:"A4"`
	Loop     int         `toml:"loop" doc:"sample: the frame it goes back to at its end; -1 plays once" unit:"frames" default:"-1" min:"-1" example:"0"`
	Gain     float64     `toml:"gain" doc:"how loud the voice is in the mix" unit:"factor" default:"1" min:"0" max:"4" example:"0.7"`
	Pan      float64     `toml:"pan" doc:"where the voice stands: -1 left, 1 right" default:"0" min:"-1" max:"1" example:"-0.3"`
	Notes    int         `toml:"notes" doc:"how many notes it plays at once" unit:"notes" default:"1" min:"1" max:"16" example:"4"`
	Budget   Budget      `toml:"budget" doc:"how many notes of the data it plays in so long; what goes beyond is gathered, and sounds together when that is over" example:"\"4 per beat\""`
	Pitched  *bool       `toml:"pitched" doc:"whether its pitch is melody; by default all waves but noise are, unless they drop" example:"false"`
	MIDI     MIDI        `toml:"midi" doc:"what it is in a MIDI file"`
}

// Vibrato is a slow wavering of the pitch.
type Vibrato struct {
	Depth float64 `toml:"depth" doc:"how far to either side" unit:"cents" default:"0" min:"0" max:"200" example:"15"`
	Rate  float64 `toml:"rate" doc:"how often" unit:"Hz" default:"5.5" min:"0.1" max:"20" example:"6"`
	Delay float64 `toml:"delay" doc:"how long after the note's start it begins" unit:"s" default:"0.25" min:"0" max:"5" example:"0.4"`
}

// Echo is a softer copy of each note.
type Echo struct {
	Level float64          `toml:"level" doc:"how loud, as a part of the note" unit:"parts of the note" default:"0" min:"0" max:"0.9" example:"0.33"`
	Delay grammar.Fraction `toml:"delay" doc:"how much later" default:"1/8" example:"3/16"`
}

// MIDI says what a voice is in a MIDI file.
type MIDI struct {
	Channel int `toml:"channel" doc:"the MIDI channel; without it, the next free one, 10 for noise" min:"1" max:"16" example:"3"`
	Program int `toml:"program" doc:"the General MIDI program" default:"81" min:"1" max:"128" example:"39"`
	Drum    int `toml:"drum" doc:"the key that every note becomes on a drum channel; 0 keeps the notes' own" default:"0" min:"0" max:"127" example:"36"`
}

// Theme is a melody one can hum.
type Theme struct {
	Pos   grammar.Pos      `toml:"-"`
	Unit  grammar.Fraction `toml:"unit" doc:"the length of a note without a colon" default:"1/8" example:"1/4"`
	Notes string           `toml:"notes" doc:"degrees of the scale (0 is the tonic) or words of the chord, with a colon and a number for longer notes, - for rests and | for bar lines" required:"true" example:"0:3 4 3:2 2:2 | 1:3 0 -:4"`
}

// Rule is what an event plays.
type Rule struct {
	Pos      grammar.Pos      `toml:"-"`
	Name     string           `toml:"name" doc:"what the rule is called in causes, and by which a piece overrides it" example:"ace"`
	Remove   bool             `toml:"remove" doc:"in a piece that starts from a mapping: this rule is not wanted" default:"false" example:"true"`
	Title    string           `toml:"title" doc:"what people call it, for the legend; rules with one title that say the same stand together there; without it, its name" example:"Ace"`
	Label    string           `toml:"label" doc:"what a note of it stands for, with values in braces, as in say: the page shows it beside the note; without it, the title and the value" example:"Ace, {speed_kmh:0} km/h"`
	Doc      string           `toml:"doc" doc:"what its value says, for the legend" example:"how fast the serve was"`
	Unit     string           `toml:"unit" doc:"the unit of its value, for people; without it, what the source says" example:"km/h"`
	Ends     []string         `toml:"ends" doc:"what its lowest and its highest value mean, for the legend" len:"2..2" example:"[\"the slowest\", \"the fastest\"]"`
	On       Words            `toml:"on" doc:"the kind of event it hears, or several" example:"tennis.point"`
	Source   string           `toml:"source" doc:"only events of this source" example:"court"`
	Cross    *Cross           `toml:"cross" doc:"plays when a signal crosses a threshold, in place of on" example:"{ signal = \"tension\", up = 0.8 }"`
	When     string           `toml:"when" doc:"only if this is true" example:"ace"`
	Voice    string           `toml:"voice" doc:"the voice that plays; without it the rule only speaks" example:"lead"`
	Pitch    Pitch            `toml:"pitch" doc:"the note: its name, a MIDI key, a degree of the scale or a word of the chord in quotes, or a table that makes one of a value" example:"{ from = \"speed_kmh\", domain = [140, 230], range = [\"A3\", \"A6\"] }"`
	Scale    KeyName          `toml:"scale" doc:"the scale its notes are taken from, whatever the key is now; \"off\" takes any pitch" example:"A minor pentatonic"`
	Centre   grammar.Pitch    `toml:"centre" doc:"the pitch about which a word of the chord or a degree lies" default:"C5" example:"A3"`
	Motif    []int            `toml:"motif" doc:"scale steps above the note, one after the other" len:"1..64" min:"-60" max:"60" example:"[0, 2, 4, 7]"`
	Chord    []int            `toml:"chord" doc:"scale steps above the note, at once" len:"1..16" min:"-60" max:"60" example:"[0, 2, 4]"`
	Every    grammar.Fraction `toml:"every" doc:"from one note of the motif to the next" default:"1/16" example:"1/8"`
	Length   Length           `toml:"length" doc:"how long a note lasts: a fraction of a whole note, or a table (in quarter notes, or in seconds with unit = \"s\")" default:"1/8" example:"1/16"`
	Velocity Number           `toml:"velocity" doc:"how hard" unit:"parts of the hardest" default:"0.8" example:"{ from = \"signal.tension\", range = [0.5, 1.0] }"`
	Pan      Number           `toml:"pan" doc:"where it sounds, -1 left to 1 right; without it, where the voice stands" unit:"-1 to 1" example:"{ from = \"signal.momentum\", range = [-0.7, 0.7] }"`
	Double   Double           `toml:"double" doc:"what says the value of the pitch a second time, moving the way the pitch does: velocity, length, pan; a table gives them other ranges than [0.4, 1], [0.25, 1] quarter notes and [-0.8, 0.8]" example:"[\"velocity\", \"length\"]"`
	Chance   Number           `toml:"chance" doc:"how likely it plays" unit:"probability" default:"1" example:"0.5"`
	Grid     Grid             `toml:"grid" doc:"where it may sound; without it, the grid of the piece" example:"1/4"`
	MaxDelay grammar.Fraction `toml:"max_delay" doc:"how late a note may come when the grid is full before it is left out and counted" default:"2 bars" example:"1 bar"`
	CoolDown grammar.Fraction `toml:"cool_down" doc:"how long it stays silent after it played" example:"1 bar"`
	Priority Number           `toml:"priority" doc:"how much of the budget of its voice and its source is open to it: 0 a quarter, 1 all; of the events that are gathered, the weightiest lends its cause" unit:"0 to 1" default:"(1)" example:"{ from = \"server\", domain = [1, 2] }"`
	Crowd    string           `toml:"crowd" doc:"how events beyond the budget sound together: as a chord that spans their values, as one note, or not at all, and then they are counted as lost" default:"chord" enum:"chord|note|off" example:"note"`
	Stop     bool             `toml:"stop" doc:"whether later rules do not hear an event that this one played" default:"false" example:"true"`
	Say      string           `toml:"say" doc:"the caption, with values in braces" example:"Ace, {speed_kmh} km/h"`
	Level    string           `toml:"level" doc:"the least level of the piece at which it plays" default:"plain" enum:"plain|gentle|full" example:"full"`
}

// Cross is a threshold that a signal crosses.
type Cross struct {
	Signal     string   `toml:"signal" doc:"the signal" required:"true" example:"tension" beside:"up"`
	Up         *float64 `toml:"up" doc:"plays when the signal rises to this" unit:"of the signal" example:"0.8"`
	Down       *float64 `toml:"down" doc:"plays when it falls to this" example:"0.2"`
	Hysteresis float64  `toml:"hysteresis" doc:"how far it must go back before it can cross again" unit:"of the signal" default:"0" min:"0" example:"0.05" beside:"up"`
}

// Pattern is what plays by itself.
type Pattern struct {
	Pos      grammar.Pos      `toml:"-"`
	Name     string           `toml:"name" doc:"what the pattern is called in causes, and by which a piece overrides it" example:"bass"`
	Remove   bool             `toml:"remove" doc:"in a piece that starts from a mapping: this pattern is not wanted" default:"false" example:"true"`
	Voice    string           `toml:"voice" doc:"the voice that plays" required:"true" example:"bass"`
	Level    string           `toml:"level" doc:"the least level of the piece at which it plays" default:"gentle" enum:"plain|gentle|full" example:"full"`
	Sections Words            `toml:"sections" doc:"the sections in which it plays; without it, all that do not stand alone" example:"[\"play\", \"set\"]"`
	When     string           `toml:"when" doc:"only while this is true of the signals" example:"signal.server == 1"`
	React    grammar.Fraction `toml:"react" doc:"how often it looks at the signals; themes look at the beginning of each phrase" default:"1 beat" example:"1 bar"`
	Rhythm   Rhythm           `toml:"rhythm" doc:"when it plays: \"x..x..x.\", or so many hits spread over so many steps" example:"{ steps = 16, hits = 5 }"`
	Step     grammar.Fraction `toml:"step" doc:"the length of a step of the rhythm" default:"1/16" example:"1/8"`
	Notes    Notes            `toml:"notes" doc:"what it plays at each hit: words of the chord (root third fifth seventh octave low, chord for all at once), degrees of the scale, _ to let the note before go on; several such lines, one for each time round; or a table" example:"root fifth root octave"`
	Theme    Words            `toml:"theme" doc:"the melody it plays, or several in turn, in place of rhythm and notes" example:"[\"call\", \"answer\"]"`
	Choose   *Number          `toml:"choose" doc:"which of several themes or lines of notes, counted from 0, in place of taking them in turn" unit:"themes" example:"{ from = \"signal.tension\", range = [0, 1] }"`
	Shift    Number           `toml:"shift" doc:"scale steps to move the notes by" unit:"scale steps" default:"0" example:"{ from = \"signal.momentum\", range = [0, 4] }"`
	Invert   string           `toml:"invert" doc:"the theme is turned upside down while this is true" example:"signal.momentum < 0"`
	Stretch  Number           `toml:"stretch" doc:"the theme is played twice as slowly from 1.5, twice as fast to 0.67" unit:"factor" default:"1" example:"{ from = \"signal.tension\", range = [1, 2], polarity = \"down\" }"`
	Thin     Number           `toml:"thin" doc:"how likely a weak note of the theme is left out" unit:"probability" default:"0" example:"{ from = \"signal.tension\", range = [0, 0.5], polarity = \"down\" }"`
	Ornament Number           `toml:"ornament" doc:"how likely a long note of the theme gets a turn" unit:"probability" default:"0" example:"{ from = \"signal.tension\", range = [0, 0.3] }"`
	Delay    grammar.Fraction `toml:"delay" doc:"how long after the bar line the theme begins" example:"1 bar"`
	Centre   string           `toml:"centre" doc:"the pitch about which its notes lie" default:"C4" example:"A2"`
	Register Number           `toml:"register" doc:"semitones to move the centre by, in whole octaves" unit:"semitones" default:"0" example:"{ from = \"signal.tension\", range = [0, 12] }"`
	Length   float64          `toml:"length" doc:"how much of its step or note a note sounds" unit:"parts" default:"0.9" min:"0.01" max:"16" example:"0.5"`
	Velocity Number           `toml:"velocity" doc:"how hard" unit:"parts of the hardest" default:"0.6" example:"{ from = \"signal.tension\", range = [0.4, 0.8] }"`
	Accent   float64          `toml:"accent" doc:"how much harder an accent is" unit:"parts" default:"0.15" min:"0" max:"1" example:"0.3"`
	Pan      Number           `toml:"pan" doc:"where it sounds, -1 left to 1 right; without it, where the voice stands" unit:"-1 to 1" example:"-0.5"`
	Double   Double           `toml:"double" doc:"what says a second time what the first of rhythm.hits, shift, register and chance says that has a range: velocity, pan, register; a table gives them other ranges than [0.4, 1], [-0.8, 0.8] and [-12, 12]" example:"\"velocity\""`
	Chance   Number           `toml:"chance" doc:"how likely each note plays" unit:"probability" default:"1" example:"0.7"`
	Vary     Number           `toml:"vary" doc:"how likely a note is changed" unit:"probability" default:"0" example:"{ from = \"signal.momentum\", range = [0.0, 0.4] }"`
}

// Control is a parameter of a voice's sound that follows the data.
type Control struct {
	Pos      grammar.Pos      `toml:"-"`
	Name     string           `toml:"name" doc:"what the control is called in causes, and by which a piece overrides it" example:"duty of the lead"`
	Remove   bool             `toml:"remove" doc:"in a piece that starts from a mapping: this control is not wanted" default:"false" example:"true"`
	Voice    Words            `toml:"voice" doc:"the voice whose sound it moves, or several" required:"true" example:"lead"`
	What     string           `toml:"what" doc:"what it moves: duty in the steps 0 to 3 (12.5, 25, 50, 75 %), volume as a factor from 0 to 1, pan added to the notes' own from -1 to 1, bend in cents from -2400 to 2400, vibrato in cents from 0 to 200, echo as a part of the note from 0 to 1" required:"true" enum:"duty|volume|pan|bend|vibrato|echo" example:"duty"`
	To       Number           `toml:"to" doc:"where to; while the value is missing the voice sounds as it is written" required:"true" example:"{ from = \"signal.tension\", range = [0, 2], polarity = \"down\" }"`
	React    grammar.Fraction `toml:"react" doc:"how often it looks at the signals" default:"1 beat" example:"1 bar"`
	Glide    grammar.Fraction `toml:"glide" doc:"how long it takes to a new value, in steps of a 32nd note; without it, it jumps" example:"1/4"`
	Sections Words            `toml:"sections" doc:"the sections in which it moves anything; without it, all" example:"[\"play\", \"set\"]"`
	When     string           `toml:"when" doc:"only while this is true of the signals; otherwise the voice sounds as it is written" example:"signal.server == 1"`
	Level    string           `toml:"level" doc:"the least level of the piece at which it moves anything" default:"gentle" enum:"plain|gentle|full" example:"full"`
}

// Form is chords and sections.
type Form struct {
	Pos         grammar.Pos      `toml:"-"`
	Progression Progressions     `toml:"progression" doc:"the chords, as Roman numerals, one after the other; or several such lists to choose from" default:"(i, or I in a major key)" example:"[\"i\", \"VI\", \"III\", \"VII\"]"`
	Choose      Number           `toml:"choose" doc:"which of several progressions, counted from 0, each time one begins; without it the first" unit:"progressions" example:"{ from = \"signal.tension\", range = [0, 2] }"`
	Every       grammar.Fraction `toml:"every" doc:"how long a chord lasts, in whole bars" default:"2 bars" example:"1 bar"`
	Richness    Number           `toml:"richness" doc:"how rich the chords are: 0 bare fifths, 1 as they are written, 2 with sevenths, 3 ninths, 4 elevenths, 5 thirteenths" unit:"0 to 5" example:"{ from = \"signal.variety\", range = [0, 4] }"`
	Tension     Number           `toml:"tension" doc:"how tense the harmony is, 0 to 1: from 0.25 on thirds come late, from 0.5 on sevenths are added, from 0.75 on progressions end on the dominant, from 0.9 on a borrowed chord comes before it every other time" unit:"0 to 1" example:"signal.tension"`
	Modes       []string         `toml:"modes" doc:"the modes to choose from: scales by name on the tonic of the moment, or relative for the relative major or minor; chords are made of the notes of the mode" example:"[\"minor\", \"dorian\", \"major\"]"`
	Mode        Number           `toml:"mode" doc:"which of the modes, counted from 0" unit:"modes" example:"{ from = \"signal.mood\", range = [0, 2] }"`
	ModeAt      string           `toml:"mode_at" doc:"where the mode may change: with a chord, or only where a section begins" default:"chord" enum:"chord|section" example:"section"`
	KeyUp       Number           `toml:"key_up" doc:"how far the key stands above that of the sections, from one progression to the next" unit:"semitones" example:"{ from = \"signal.sets\", range = [0, 4] }"`
	Sections    []Section        `toml:"sections" doc:"the sections; the first plays at the beginning"`
}

// Section is a part of the form.
type Section struct {
	Pos         grammar.Pos      `toml:"-"`
	Name        string           `toml:"name" doc:"what the section is called" required:"true" example:"break_point"`
	Title       string           `toml:"title" doc:"what people call it; without it, its name" example:"Break point"`
	Remove      bool             `toml:"remove" doc:"in a piece that starts from a mapping: this section is not wanted" default:"false" example:"true"`
	On          Words            `toml:"on" doc:"the kind of event that begins it, or several; \"end\" for the end of all sources" example:"tennis.break_point"`
	Source      string           `toml:"source" doc:"only events of this source" example:"court"`
	When        string           `toml:"when" doc:"only if this is true of the event" example:"for == 1"`
	Until       Words            `toml:"until" doc:"the kind of event that ends it" example:"tennis.point"`
	UntilWhen   string           `toml:"until_when" doc:"only if this is true of that event" example:"winner == 2"`
	Bars        int              `toml:"bars" doc:"how many bars it lasts; 0 until something else begins" unit:"bars" default:"0" min:"0" max:"1000" example:"8"`
	Then        string           `toml:"then" doc:"the section after it; without it, the one that it interrupted" example:"play"`
	At          string           `toml:"at" doc:"where it may begin" default:"bar" enum:"bar|beat|now" example:"beat"`
	Priority    int              `toml:"priority" doc:"a section of higher priority is not interrupted by one of lower" default:"0" min:"0" max:"100" example:"2"`
	Again       bool             `toml:"again" doc:"whether its event begins it anew while it plays" default:"false" example:"true"`
	Progression Progressions     `toml:"progression" doc:"its own chords, or several lists of them to choose from" example:"[\"iv\", \"V\"]"`
	Choose      Number           `toml:"choose" doc:"which of several progressions, counted from 0; without it, as the form chooses" unit:"progressions" example:"1"`
	Every       grammar.Fraction `toml:"every" doc:"how long a chord lasts in it, in whole bars" example:"1 bar"`
	Keys        []string         `toml:"keys" doc:"the keys it moves to, one after the other each time it begins" example:"[\"D minor\", \"E minor\"]"`
	KeyUp       int              `toml:"key_up" doc:"how far the key goes up when it begins, and stays" unit:"semitones" default:"0" min:"-12" max:"12" example:"2"`
	Tempo       float64          `toml:"tempo" doc:"factor on the tempo while it lasts" unit:"factor" default:"1" min:"0.25" max:"4" example:"1.25"`
	Alone       bool             `toml:"alone" doc:"only patterns that name it play" default:"false" example:"true"`
	Thin        bool             `toml:"thin" doc:"another word for alone: the accompaniment stops" default:"false" example:"true"`
	Silence     grammar.Fraction `toml:"silence" doc:"how long the patterns rest when it begins" example:"1/2"`
	Velocity    float64          `toml:"velocity" doc:"factor on how hard the patterns play" unit:"factor" default:"1" min:"0" max:"2" example:"0.7"`
	Build       Build            `toml:"build" doc:"over how long from its beginning it grows towards what it leads to: rhythms fill, drums roll, patterns play harder; signal.build goes from 0 to 1. A table says how much of each" example:"4 bars"`
	Release     grammar.Fraction `toml:"release" doc:"how long the cadence lasts that begins the section after it, in whole bars: the dominant, then the tonic; signal.release goes from 1 to 0" example:"2 bars"`
	Say         string           `toml:"say" doc:"the caption when it begins, with values of its event in braces" example:"Break point"`
}

// Idle is what is heard when the data stops.
type Idle struct {
	After grammar.Duration `toml:"after" doc:"how long no event comes before it begins, in the listener's time; \"0s\" never" default:"45s" example:"45s"`
	Play  string           `toml:"play" doc:"\"breathe\": half the notes in a slow swell; or the name of a section" default:"breathe" example:"breathe"`
}

// Mix is how the voices become one sound.
type Mix struct {
	Loudness Loudness `toml:"loudness" doc:"the loudness of the whole; \"off\" leaves it as the voices make it" unit:"LUFS" default:"-16" example:"-18"`
	Gain     float64  `toml:"gain" doc:"before everything else" unit:"dB" default:"0" min:"-60" max:"24" example:"-3"`
	Guard    bool     `toml:"guard" doc:"whether peaks are kept below the ceiling" default:"true" example:"false"`
	Ceiling  float64  `toml:"ceiling" doc:"the greatest true peak" unit:"dBTP" default:"-1" min:"-12" max:"0" example:"-2"`
	Duck     float64  `toml:"duck" doc:"how loud accompaniment near a note of the data may be, as a part of it" unit:"parts of the note" default:"0.6" min:"0" max:"1" example:"0.4"`
}

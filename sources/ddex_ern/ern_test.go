package ern

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"proscenium/sonify"
	"proscenium/sources/internal/servertest"
)

// story writes what is told of a message, a line each.
func story(t *testing.T, text string) (string, map[string]int64) {
	t.Helper()
	tally := new(sonify.Tally)
	var b strings.Builder
	last := int64(-1)
	_, err := tell([]byte(text), "label", 0, tally, func(ev sonify.Event) {
		if int64(ev.Clock) < last || !ev.Timed {
			t.Errorf("%s at %v", ev.Kind(), ev.Clock)
		}
		last = int64(ev.Clock)
		fmt.Fprintf(&b, "%v %s", ev.Clock, strings.TrimPrefix(ev.Kind(), "release."))
		for i, f := range ev.Shape.Fields() {
			if v := ev.Values[i]; !v.IsMissing() {
				fmt.Fprintf(&b, " %s=%v", f.Name, v)
			}
		}
		b.WriteByte('\n')
	})
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for _, c := range tally.Counts() {
		counts[c.What] = c.Count
	}
	return b.String(), counts
}

// modern is a message in the form of 4.x: parties by reference, names in place.
const modern = `<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/43">
 <PartyList><Party><PartyReference>P1</PartyReference><PartyName><FullName>The Bits</FullName></PartyName></Party>
  <Party><PartyReference>P2</PartyReference><PartyName><FullName>Byte Records</FullName></PartyName></Party></PartyList>
 <ResourceList>
  <SoundRecording><ResourceReference>A1</ResourceReference><SoundRecordingEdition><ResourceId><ISRC>XX0012600001</ISRC></ResourceId></SoundRecordingEdition>
   <DisplayTitleText>One</DisplayTitleText><DisplayArtist><ArtistPartyReference>P1</ArtistPartyReference></DisplayArtist><Duration>PT0H3M10S</Duration><ParentalWarningType>Explicit</ParentalWarningType></SoundRecording>
  <SoundRecording><ResourceReference>A2</ResourceReference><DisplayTitleText>Two</DisplayTitleText></SoundRecording>
 </ResourceList>
 <ReleaseList>
  <Release><ReleaseReference>R0</ReleaseReference><ReleaseType>Album</ReleaseType><ReleaseId><ICPN>0123456789012</ICPN></ReleaseId><DisplayTitleText>Bits and Pieces</DisplayTitleText>
   <DisplayArtistName>The Bits</DisplayArtistName><ReleaseLabelReference>P2</ReleaseLabelReference><Genre><GenreText>Chiptune</GenreText></Genre>
   <ResourceGroup><ResourceGroupContentItem><ReleaseResourceReference>A2</ReleaseResourceReference></ResourceGroupContentItem><ResourceGroupContentItem><ReleaseResourceReference>A1</ReleaseResourceReference></ResourceGroupContentItem></ResourceGroup></Release>
  <TrackRelease><ReleaseReference>R1</ReleaseReference></TrackRelease>
 </ReleaseList>
 <DealList><ReleaseDeal><DealReleaseReference>R0</DealReleaseReference><Deal><DealTerms><TerritoryCode>FR</TerritoryCode><TerritoryCode>DE</TerritoryCode><ValidityPeriod><StartDate>2026-12-04</StartDate></ValidityPeriod>
  <CommercialModelType>SubscriptionModel</CommercialModelType><UseType>OnDemandStream</UseType><UseType>ConditionalDownload</UseType></DealTerms></Deal></ReleaseDeal>
  <ReleaseDeal><DealReleaseReference>R1</DealReleaseReference><Deal><DealTerms><TerritoryCode>Worldwide</TerritoryCode></DealTerms></Deal></ReleaseDeal></DealList>
</ern:NewReleaseMessage>`

func TestTell_AMessageOf4(t *testing.T) {
	got, counts := story(t, modern)
	want := `0s announced title=Bits and Pieces artist=The Bits label=Byte Records genre=Chiptune type=Album tracks=2 date=2026-12-04 territories=2 worldwide=no release_id=0123456789012
4s track title=Two number=1 release_id=0123456789012
3m4s track title=One artist=The Bits number=2 duration_s=190 explicit=yes isrc=XX0012600001 release_id=0123456789012
6m14s deal model=SubscriptionModel use=OnDemandStream territory=FR start=2026-12-04 release_id=0123456789012
6m16s deal model=SubscriptionModel use=ConditionalDownload territory=FR start=2026-12-04 release_id=0123456789012
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
	if len(counts) != 1 || counts["length of a track, taken for three minutes by the clock"] != 1 {
		t.Errorf("counted %v", counts)
	}
}

// older is a message in the form of 3.x: names by territory, tracks as releases of
// their own.
const older = `<ernm:NewReleaseMessage xmlns:ernm="http://ddex.net/xml/ern/382"><UpdateIndicator>UpdateMessage</UpdateIndicator>
 <ResourceList><SoundRecording><SoundRecordingId><ISRC>XX1</ISRC></SoundRecordingId><ResourceReference>A1</ResourceReference><ReferenceTitle><TitleText>Ref</TitleText></ReferenceTitle><Duration>PT2M</Duration>
  <SoundRecordingDetailsByTerritory><TerritoryCode>Worldwide</TerritoryCode><Title TitleType="FormalTitle"><TitleText>Formal</TitleText></Title><Title TitleType="DisplayTitle"><TitleText>Shown</TitleText></Title><DisplayArtist><PartyName><FullName>The Bits</FullName></PartyName></DisplayArtist></SoundRecordingDetailsByTerritory></SoundRecording></ResourceList>
 <ReleaseList>
  <Release IsMainRelease="true"><ReleaseId><GRid>A1-2425G-ABC1234002-M</GRid></ReleaseId><ReleaseReference>R0</ReleaseReference><ReferenceTitle><TitleText>Single</TitleText></ReferenceTitle><ReleaseResourceReferenceList><ReleaseResourceReference>A1</ReleaseResourceReference></ReleaseResourceReferenceList><ReleaseType>Single</ReleaseType>
   <ReleaseDetailsByTerritory><TerritoryCode>Worldwide</TerritoryCode><DisplayArtistName>The Bits</DisplayArtistName><LabelName>Byte Records</LabelName><Genre><GenreText>Chiptune</GenreText></Genre><ReleaseDate>2026-11-01</ReleaseDate></ReleaseDetailsByTerritory></Release>
  <Release><ReleaseReference>R1</ReleaseReference><ReleaseType>TrackRelease</ReleaseType></Release></ReleaseList>
 <DealList><ReleaseDeal><DealReleaseReference>R0</DealReleaseReference><Deal><DealTerms><CommercialModelType>PayAsYouGoModel</CommercialModelType><Usage><UseType>PermanentDownload</UseType></Usage><TerritoryCode>Worldwide</TerritoryCode></DealTerms></Deal></ReleaseDeal></DealList>
</ernm:NewReleaseMessage>`

// A release whose every deal says so is taken down, and not announced.
func TestTell_ATakeDownOf3(t *testing.T) {
	down := strings.Replace(older, "<DealTerms>", "<DealTerms><TakeDown>true</TakeDown>", 1)
	got, _ := story(t, down)
	if !strings.HasPrefix(got, "0s taken_down title=Single artist=The Bits") || strings.Count(got, "\n") != 1 {
		t.Error(got)
	}
	again := strings.Replace(down, "</Deal></ReleaseDeal>", "</Deal><Deal><DealTerms><TerritoryCode>FR</TerritoryCode></DealTerms></Deal></ReleaseDeal>", 1)
	if got, _ := story(t, again); !strings.HasPrefix(got, "0s updated") {
		t.Errorf("where it is still sold: %s", got)
	}
}

func TestTell_AMessageOf3(t *testing.T) {
	got, _ := story(t, older)
	want := `0s updated title=Single artist=The Bits label=Byte Records genre=Chiptune type=Single tracks=1 duration_s=120 date=2026-11-01 worldwide=yes release_id=A1-2425G-ABC1234002-M
4s track title=Shown artist=The Bits number=1 duration_s=120 isrc=XX1 release_id=A1-2425G-ABC1234002-M
2m4s deal model=PayAsYouGoModel use=PermanentDownload territory=Worldwide release_id=A1-2425G-ABC1234002-M
`
	if got != want {
		t.Errorf("told\n%swant\n%s", got, want)
	}
}

// Version 4.3.2 has names for each territory, discs and terms that leave countries out.
func TestTell_AMessageOf4WithDiscs(t *testing.T) {
	got, counts := story(t, `<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/432" AvsVersionId="7"><MessageHeader><MessageControlType>LiveMessage</MessageControlType></MessageHeader>
 <ResourceList><SoundRecording><ResourceReference>A1</ResourceReference><DisplayTitleText ApplicableTerritoryCode="FR">Un</DisplayTitleText><DisplayTitleText IsDefault="true">One</DisplayTitleText><Duration>PT60S</Duration></SoundRecording>
  <SoundRecording><ResourceReference>A2</ResourceReference><DisplayTitleText>Two</DisplayTitleText><Duration>PT1M</Duration></SoundRecording>
  <SoundRecording><ResourceReference>A10</ResourceReference><DisplayTitleText>Ten</DisplayTitleText><Duration>PT1M0.000S</Duration></SoundRecording>
  <Image><ResourceReference>A11</ResourceReference></Image></ResourceList>
 <ReleaseList><Release><ReleaseReference>R0</ReleaseReference><ReleaseType>Album</ReleaseType><ReleaseId><ICPN>0123456789012</ICPN></ReleaseId>
  <DisplayTitleText ApplicableTerritoryCode="FR" LanguageAndScriptCode="fr">Bits, en France</DisplayTitleText><DisplayTitleText IsDefault="true">Bits</DisplayTitleText>
  <DisplayArtistName ApplicableTerritoryCode="FR">Les Bits</DisplayArtistName><DisplayArtistName IsDefault="true">The Bits</DisplayArtistName>
  <ResourceGroup><ResourceGroup><SequenceNumber>2</SequenceNumber><ResourceGroupContentItem><SequenceNumber>1</SequenceNumber><ReleaseResourceReference>A10</ReleaseResourceReference></ResourceGroupContentItem></ResourceGroup>
   <ResourceGroup><SequenceNumber>1</SequenceNumber><ResourceGroupContentItem><SequenceNumber>2</SequenceNumber><ReleaseResourceReference>A2</ReleaseResourceReference></ResourceGroupContentItem>
    <ResourceGroupContentItem><SequenceNumber>1</SequenceNumber><ReleaseResourceReference>A1</ReleaseResourceReference><LinkedReleaseResourceReference>A11</LinkedReleaseResourceReference></ResourceGroupContentItem></ResourceGroup></ResourceGroup></Release></ReleaseList>
 <DealList><ReleaseDeal><DealReleaseReference>R0</DealReleaseReference><Deal><DealTerms><TerritoryCode>Worldwide</TerritoryCode><ExcludedTerritoryCode>FR</ExcludedTerritoryCode><ValidityPeriod><StartDateTime>2026-12-04T00:00:00Z</StartDateTime></ValidityPeriod><CommercialModelType>SubscriptionModel</CommercialModelType><UseType>Stream</UseType></DealTerms></Deal></ReleaseDeal></DealList>
</ern:NewReleaseMessage>`)
	want := `0s announced title=Bits artist=The Bits type=Album tracks=3 duration_s=180 date=2026-12-04 worldwide=no release_id=0123456789012
4s track title=One number=1 duration_s=60 release_id=0123456789012
1m4s track title=Two number=2 duration_s=60 release_id=0123456789012
2m4s track title=Ten number=3 duration_s=60 release_id=0123456789012
3m4s deal model=SubscriptionModel use=Stream territory=Worldwide start=2026-12-04 release_id=0123456789012
`
	if got != want || len(counts) != 0 {
		t.Errorf("told\n%swant\n%scounted %v", got, want, counts)
	}
}

func TestTell_OtherMessages(t *testing.T) {
	got, _ := story(t, `<PurgeReleaseMessage><PurgedRelease><ReleaseId><ICPN>1</ICPN></ReleaseId><Title><TitleText>Gone</TitleText></Title></PurgedRelease></PurgeReleaseMessage>`)
	if got != "0s taken_down title=Gone release_id=1\n" {
		t.Error(got)
	}
	for text, want := range map[string]string{
		"<settings/>": `is a "settings": NewReleaseMessage`, "<SalesReportToSocietyMessage/>": "ddex_dsr", "x": "XML was expected", "<!DOCTYPE a><a/>": "refused",
	} {
		if _, err := tell([]byte(text), "", 0, new(sonify.Tally), func(sonify.Event) {}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestRun_TellsAFolderInOrder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"b.xml": older, "a.xml": modern} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	src := func(path string) sonify.Source {
		s, err := Info().New(sonify.SourceEnv{Name: "label", Dir: dir, Tally: new(sonify.Tally)}, &Config{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	var kinds []string
	var last sonify.Event
	if err := src("*.xml").Run(t.Context(), func(ev sonify.Event) {
		if ev.Clock < last.Clock || ev.Source != "label" {
			t.Errorf("%s of %q at %v", ev.Kind(), ev.Source, ev.Clock)
		}
		last = ev
		kinds = append(kinds, strings.TrimPrefix(ev.Kind(), "release."))
	}); err != nil || strings.Join(kinds, " ") != "announced track track deal deal updated track deal" {
		t.Errorf("%v, %v", kinds, err)
	}
	if p, err := src("a.xml").(sonify.Prober).Probe(t.Context()); err != nil || len(p.Shapes) != 5 {
		t.Errorf("%v, %v", p, err)
	}
	// A delivery says what it has.
	tally := new(sonify.Tally)
	if err := os.WriteFile(filepath.Join(dir, "BatchComplete_1.xml"), []byte("<echo:ManifestMessage xmlns:echo=\"http://ddex.net/xml/2011/echo/12\"/>"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "BatchComplete_0.xml"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s, n := src("*.xml"), 0
	if p, err := s.(sonify.Prober).Probe(t.Context()); err != nil || len(p.Shapes) != 5 {
		t.Errorf("with a list of what was delivered: %v, %v", p, err)
	}
	s, _ = Info().New(sonify.SourceEnv{Name: "label", Dir: dir, Tally: tally}, &Config{Path: "*.xml"})
	if err := s.Run(t.Context(), func(sonify.Event) { n++ }); err != nil || n != 8 || len(tally.Counts()) != 2 {
		t.Errorf("with a list of what was delivered: %d events, %v, %v", n, tally.Counts(), err)
	}
	if err := src("BatchComplete_1.xml").Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), `is a "ManifestMessage"`) {
		t.Error(err)
	}
	if err := src("BatchComplete_0.xml").Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "the message is empty") {
		t.Error(err)
	}
	if err := src("*.txt").Run(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no file fits it") {
		t.Error(err)
	}
	// The same in UTF-16, as some labels deliver it.
	wide := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune("<?xml version=\"1.0\" encoding=\"utf-16\"?>" + modern[strings.Index(modern, "<ern"):])) {
		wide = binary.LittleEndian.AppendUint16(wide, u)
	}
	if err := os.WriteFile(filepath.Join(dir, "wide.xml"), wide, 0o644); err != nil {
		t.Fatal(err)
	}
	n = 0
	if err := src("wide.xml").Run(t.Context(), func(sonify.Event) { n++ }); err != nil || n != 5 {
		t.Errorf("UTF-16: %d events, %v", n, err)
	}
	if _, err := Info().New(sonify.SourceEnv{}, &Config{Path: "["}); err == nil {
		t.Error("a bracket that is not closed is no mistake")
	}
}

// TestArchive_ReadsPublishedExamples reads real files, where there are any.
func TestArchive_ReadsPublishedExamples(t *testing.T) {
	data := servertest.Recorded(t)
	files, err := filepath.Glob(filepath.Join(data, "music", "ddex-ern-*.xml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got, counts := story(t, string(body))
		if !strings.HasPrefix(got, "0s announced title=") || !strings.Contains(got, " track title=") || !strings.Contains(got, " deal model=") || !strings.Contains(got, "isrc=") || len(counts) != 0 {
			t.Errorf("%s: %v\n%s", filepath.Base(f), counts, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(modern)
	f.Add(older)
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		tell([]byte(text), "x", 0, new(sonify.Tally), func(sonify.Event) { n++ })
		if n > 10_000+400*len(text) {
			t.Fatalf("%d events of %d bytes", n, len(text))
		}
	})
}

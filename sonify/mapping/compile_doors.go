package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"proscenium/sonify"
)

// doors decides what of each source's events passes: what keep and hash list, and
// without keep what the piece reads, unless it is personal.
func (c *compiler) doors() {
	for i := range c.piece.Sources {
		s := &c.piece.Sources[i]
		pr := c.sources[s.Name]
		read := c.reads[s.Name]
		if read == nil {
			read = map[string]bool{}
		}
		if c.env.Recorded == nil {
			c.checkDoor(pr, read)
		}
		for _, h := range pr.door.Hash {
			delete(read, h)
		}
		if pr.keep != nil {
			for _, f := range sortedKeys(read) {
				if !slices.Contains(pr.keep, f) && carries(pr, f) && !meant(pr, f) {
					c.at(pr.pos, "keep", fmt.Sprintf("add %q", f), "the piece reads the field %q, which does not pass the door", f)
				}
			}
			continue
		}
		keep := []string{}
		for _, sh := range pr.Shapes {
			for _, f := range sh.Fields() {
				if read[f.Name] {
					keep = append(keep, f.Name)
					delete(read, f.Name)
				}
			}
		}
		s.Door.Keep = append(keep, sortedKeys(read)...)
	}
}

// meant reports whether keep has f with a slip of the pen, which is told by itself.
func meant(pr *prospect, f string) bool {
	known := fieldsOf(pr)
	return pr.known && !pr.Open && slices.ContainsFunc(pr.keep, func(k string) bool {
		return !slices.Contains(known, k) && strings.HasPrefix(sonify.DidYouMean(k, known), "did you mean "+strconv.Quote(f))
	})
}

// checkDoor tells what is wrong with the door of a source whose fields read are read.
func (c *compiler) checkDoor(pr *prospect, read map[string]bool) {
	d := &pr.door
	known := fieldsOf(pr)
	exists := func(key, name string) {
		if pr.known && !pr.Open && len(known) > 0 && !slices.Contains(known, name) {
			c.at(pr.pos, key, sonify.DidYouMean(name, known), "the source has no field %q", name)
		}
	}
	for i, k := range pr.keep {
		exists("keep["+strconv.Itoa(i)+"]", k)
	}
	for i, h := range d.Hash {
		exists("hash["+strconv.Itoa(i)+"]", h)
		if slices.Contains(pr.keep, h) {
			c.at(pr.pos, "hash["+strconv.Itoa(i)+"]", "take it out of keep, or out of hash", "%q is in keep, too, and would pass as it is", h)
		}
	}
	passes := func(f string) bool {
		return slices.Contains(d.Hash, f) || slices.Contains(pr.keep, f) || pr.keep == nil && read[f]
	}
	switch {
	case d.AtLeast == 1:
		c.at(pr.pos, "at_least", "write 2 or more, 5 is usual", "every group has one")
	case d.AtLeast > 1 && len(d.Group) == 0:
		c.at(pr.pos, "at_least", `group_by = "city", or several: group_by = ["city", "tier"]`, "nothing says to which group an event belongs")
	case d.AtLeast == 0 && len(d.Group) > 0:
		c.at(pr.pos, "group_by", "at_least = 5", "nothing says how many a group needs for its name to pass")
	case d.AtLeast == 0 && d.Members != "":
		c.at(pr.pos, "members", "at_least = 5", "nothing says how many members a group needs for its name to pass")
	}
	for _, g := range d.Group {
		exists("group_by", g)
		if !passes(g) {
			c.warn(pr.pos, "group_by", fmt.Sprintf("keep = [..., %q]", g), "the field %q does not pass the door, and nothing plays it", g)
		}
	}
	if d.Members != "" {
		exists("members", d.Members)
	}
	if pr.keep != nil {
		return
	}
	var personal []string
	for _, f := range sortedKeys(read) {
		if !slices.Contains(d.Hash, f) && c.isPersonal(pr, f) {
			personal = append(personal, f)
		}
	}
	all := sortedKeys(read)
	for i := range all {
		all[i] = strconv.Quote(all[i])
	}
	for _, f := range personal {
		c.at(pr.pos, "keep", fmt.Sprintf("hash = [%q] tells the same from others and no more; keep = [%s] lets it pass as it is", f, strings.Join(all, ", ")),
			"the piece reads the field %q, which tells who somebody is or what somebody wrote: it passes the door only if it is listed", f)
	}
}

// isPersonal reports whether a field that the piece reads is about people: as the source
// says, or where what comes from outside has fields that nobody foresaw, by their names.
func (c *compiler) isPersonal(pr *prospect, field string) bool {
	found := false
	for _, sh := range pr.Shapes {
		if i := sh.Slot(field); i >= 0 {
			found = true
			if sh.Fields()[i].Personal {
				return true
			}
		}
	}
	return !found && pr.strange && pr.Open && (pr.known || c.env.Probe) && sonify.Private(field)
}

// fieldsOf returns the names of the fields that a source says it has.
func fieldsOf(pr *prospect) []string {
	var names []string
	for _, sh := range pr.Shapes {
		for _, f := range sh.Fields() {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	return names
}

// carries reports whether a source may report a field.
func carries(pr *prospect, field string) bool {
	if !pr.known || len(pr.Shapes) == 0 {
		return true
	}
	for _, sh := range pr.Shapes {
		if sh.Slot(field) >= 0 {
			return true
		}
	}
	return false
}

package leaves

import "strconv"

// Find returns the text of the value at path in the text b: names of objects, numbers
// of elements in lists. ok is false if there is none; the error is ErrSyntax if what was
// read on the way is no JSON.
func (p *Parser) Find(b []byte, path []string) (value []byte, ok bool, err error) {
	p.begin(b)
	for _, name := range path {
		var found bool
		switch p.peek() {
		case '{':
			found, err = p.member(name)
		case '[':
			found, err = p.element(name)
		}
		if err != nil || !found {
			return nil, false, err
		}
	}
	p.blanks()
	at := p.i
	if err := p.value(1, false); err != nil {
		return nil, false, err
	}
	return b[at:p.i], true, nil
}

// member goes to the value of a key of the object that begins here.
func (p *Parser) member(name string) (bool, error) {
	p.i++
	if p.take('}') {
		return false, nil
	}
	for {
		if p.peek() != '"' {
			return false, ErrSyntax
		}
		key, err := p.string()
		if err != nil {
			return false, err
		}
		is := string(key) == name
		if !p.take(':') {
			return false, ErrSyntax
		}
		if is {
			return true, nil
		}
		if err := p.value(1, false); err != nil {
			return false, err
		}
		if p.take(',') {
			continue
		}
		if p.take('}') {
			return false, nil
		}
		return false, ErrSyntax
	}
}

// element goes to the element of a number of the list that begins here.
func (p *Parser) element(name string) (bool, error) {
	want, err := strconv.Atoi(name)
	if err != nil || want < 0 {
		return false, nil
	}
	p.i++
	if p.take(']') {
		return false, nil
	}
	for n := 0; ; n++ {
		if n == want {
			return true, nil
		}
		if err := p.value(1, false); err != nil {
			return false, err
		}
		if p.take(',') {
			continue
		}
		if p.take(']') {
			return false, nil
		}
		return false, ErrSyntax
	}
}

// Elements gives each the text of every element of the list b, in order, up to where
// the text is no JSON any more: that is the error then. each may use p.
func (p *Parser) Elements(b []byte, each func(element []byte) error) error {
	p.begin(b)
	if !p.take('[') {
		return ErrSyntax
	}
	if p.take(']') {
		return p.end()
	}
	for {
		p.blanks()
		at := p.i
		if err := p.value(1, false); err != nil {
			return err
		}
		next := p.i
		if err := each(b[at:next]); err != nil {
			return err
		}
		p.b, p.i = b, next
		if p.take(',') {
			continue
		}
		if p.take(']') {
			return p.end()
		}
		return ErrSyntax
	}
}

package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// firefox is a tab of Firefox, over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/).
type firefox struct {
	line *websocket.Conn
	page string // its browsing context

	writing sync.Mutex
	mu      sync.Mutex
	next    int
	asked   map[int]chan answer
	said    []string
	gone    bool
}

// answer is a message of the browser: to a command, or an event.
type answer struct {
	Type    string          `json:"type"`
	ID      int             `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
}

func dialFirefox(ctx context.Context, address string) (*firefox, error) {
	line, _, err := websocket.DefaultDialer.DialContext(ctx, address+"/session", nil)
	if err != nil {
		return nil, err
	}
	f := &firefox{line: line, asked: map[int]chan answer{}}
	go f.listen()
	if err := f.begin(); err != nil {
		line.Close()
		return nil, err
	}
	return f, nil
}

func (f *firefox) begin() error {
	if err := f.command("session.new", map[string]any{"capabilities": map[string]any{}}, nil); err != nil {
		return err
	}
	if err := f.command("session.subscribe", map[string]any{"events": []string{"log.entryAdded"}}, nil); err != nil {
		return err
	}
	var tree struct {
		Contexts []struct {
			Context string `json:"context"`
		} `json:"contexts"`
	}
	if err := f.command("browsingContext.getTree", map[string]any{}, &tree); err != nil {
		return err
	}
	if len(tree.Contexts) == 0 {
		return fmt.Errorf("it has no tab")
	}
	f.page = tree.Contexts[0].Context
	return nil
}

// listen reads what the browser says until the line ends.
func (f *firefox) listen() {
	for {
		var a answer
		if err := f.line.ReadJSON(&a); err != nil {
			f.mu.Lock()
			f.gone = true
			for id, c := range f.asked {
				close(c)
				delete(f.asked, id)
			}
			f.mu.Unlock()
			return
		}
		f.mu.Lock()
		switch {
		case a.Method == "log.entryAdded":
			var e struct{ Level, Text string }
			if json.Unmarshal(a.Params, &e) == nil && (e.Level == "error" || e.Level == "warn") {
				f.said = append(f.said, e.Level+": "+e.Text)
			}
		case f.asked[a.ID] != nil:
			f.asked[a.ID] <- a
			delete(f.asked, a.ID)
		}
		f.mu.Unlock()
	}
}

// command asks the browser for something and reads its answer into result.
func (f *firefox) command(method string, params, result any) error {
	c := make(chan answer, 1)
	f.mu.Lock()
	if f.gone {
		f.mu.Unlock()
		return errGone
	}
	f.next++
	id := f.next
	f.asked[id] = c
	f.mu.Unlock()
	f.writing.Lock()
	err := f.line.WriteJSON(map[string]any{"id": id, "method": method, "params": params})
	f.writing.Unlock()
	if err != nil {
		return err
	}
	var a answer
	var ok bool
	select {
	case a, ok = <-c:
	case <-time.After(2 * time.Minute): // what a page waits for takes a minute at most
		return fmt.Errorf("%s: firefox does not answer", method)
	}
	if !ok {
		return errGone
	}
	if a.Type == "error" {
		return fmt.Errorf("%s: %s: %s", method, a.Error, a.Message)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(a.Result, result)
}

func (f *firefox) close() { f.line.Close() }

func (f *firefox) name() string { return "firefox" }

func (f *firefox) open(address string) error {
	return f.command("browsingContext.navigate", map[string]any{"context": f.page, "url": address, "wait": "complete"}, nil)
}

func (f *firefox) evaluate(expression string) (string, error) {
	var r struct {
		Type   string
		Result struct {
			Type  string
			Value json.RawMessage
		}
		ExceptionDetails struct{ Text string }
	}
	err := f.command("script.evaluate", map[string]any{
		"expression": asJSON(expression), "target": map[string]any{"context": f.page}, "awaitPromise": true, "userActivation": false,
	}, &r)
	if err != nil {
		return "", err
	}
	if r.Type != "success" {
		return "", fmt.Errorf("%s", r.ExceptionDetails.Text)
	}
	var text string
	return text, json.Unmarshal(r.Result.Value, &text)
}

// act does what a hand does.
func (f *firefox) act(source map[string]any) error {
	return f.command("input.performActions", map[string]any{"context": f.page, "actions": []any{source}}, nil)
}

func (f *firefox) key(k string) error {
	if n, ok := keyNames[k]; ok {
		k = n.webdriver
	}
	return f.act(map[string]any{"type": "key", "id": "keys", "actions": []any{
		map[string]any{"type": "keyDown", "value": k}, map[string]any{"type": "keyUp", "value": k},
	}})
}

func (f *firefox) click(selector string) error {
	// Where it lies is asked for: an element's handle would have to be kept.
	text, err := f.evaluate(fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		e.scrollIntoView({ block: "center" });
		const r = e.getBoundingClientRect();
		return [r.x + r.width / 2, r.y + r.height / 2];
	})()`, selector))
	if err != nil {
		return err
	}
	var at [2]float64
	if err := json.Unmarshal([]byte(text), &at); err != nil {
		return err
	}
	return f.act(map[string]any{"type": "pointer", "id": "hand", "actions": []any{
		map[string]any{"type": "pointerMove", "x": int(at[0]), "y": int(at[1])},
		map[string]any{"type": "pointerDown", "button": 0}, map[string]any{"type": "pointerUp", "button": 0},
	}})
}

func (f *firefox) resize(width, height int) error {
	return f.command("browsingContext.setViewport", map[string]any{"context": f.page, "viewport": map[string]int{"width": width, "height": height}}, nil)
}

func (f *firefox) complaints() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.said...)
}

package sonify

// Hooks are the places at which others may call the program: an HTTP server that
// answers /hooks/PATH. Its methods may be called from any goroutine.
type Hooks interface {
	// Open has answer called for every request to path, until close is called. Path
	// is lower-case letters, digits, "-", "_" and "/", without a slash at either end.
	// It is an error if somebody else has it. Answer is called by several goroutines
	// at once and returns quickly, within a second: it takes the call and queues what
	// it says. After close has returned it is not called any more.
	Open(path string, answer func(*Call) Reply) (close func(), err error)
}

// Call is one request. Whoever receives it owns it.
type Call struct {
	Method string // GET or POST
	Path   string // without the leading "/hooks/"
	Query  string // as it came, without the "?"; it may hold secrets
	Host   string // as the caller named it
	// Header has canonical keys ("X-Hub-Signature-256").
	Header map[string][]string
	// Body is what came, to the byte, and never longer than [CallLimit].
	Body []byte
	// From is the caller's address without its port.
	From string
	// Secure means that the call came encrypted, to this program or to the proxy in
	// front of it that the program was told to trust.
	Secure bool
}

// CallLimit is how long the body of a [Call] may be, in bytes; a longer one is
// refused before anybody is asked.
const CallLimit = 1 << 20

// Get returns the first value of a header, "" if it did not come. The name is
// written canonically.
func (c *Call) Get(header string) string {
	if v := c.Header[header]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Reply is what a caller is told.
type Reply struct {
	Status int // of HTTP; 0 is 204 without a Text and 200 with one
	Header map[string]string
	Text   string // plain text, unless Header says what else
}

// Send posts a recording of a shop's deliveries to a hook, signed as Shopify signs, as
// if the shop did: to try a piece that listens before there is anything to hear.
//
//	SHOPIFY_SECRET=... go run ./examples/venue/send -speed 70 examples/venue/orders.jsonl http://127.0.0.1:8080/hooks/box
//
// It keeps the time of the recording, so many times faster, and comes again with what
// was turned away, as shops do.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv("SHOPIFY_SECRET"), os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "send:", err)
		os.Exit(1)
	}
}

// delivery is a line of the recording.
type delivery struct {
	At    time.Time       `json:"at"`
	Topic string          `json:"topic"`
	ID    string          `json:"id"`
	Body  json.RawMessage `json:"body"`
}

func run(ctx context.Context, args []string, secret string, stderr io.Writer) error {
	flags := flag.NewFlagSet("send", flag.ContinueOnError)
	flags.SetOutput(stderr)
	speed := flags.Float64("speed", 1, "how many `times` faster than it was")
	most := flags.Int("most", 0, "how many `deliveries` at most; 0: all")
	if err := flags.Parse(args); err != nil {
		if err == flag.ErrHelp {
			return nil
		}
		return err
	}
	switch {
	case flags.NArg() != 2:
		return errors.New("a recording and the address of a hook were expected")
	case secret == "":
		return errors.New("the variable SHOPIFY_SECRET is empty: what would it sign with?")
	case *speed <= 0:
		return fmt.Errorf("a speed of %v: more than 0 was expected", *speed)
	}
	f, err := os.Open(flags.Arg(0))
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	var first, began time.Time
	n := 0
	for lines.Scan() && (*most == 0 || n < *most) {
		var d delivery
		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
			return fmt.Errorf("%s: line %d: %w", flags.Arg(0), n+1, err)
		}
		if n++; n == 1 {
			first, began = d.At, time.Now()
		}
		due := began.Add(time.Duration(float64(d.At.Sub(first)) / *speed))
		if err := sleep(ctx, time.Until(due)); err != nil {
			return err
		}
		if err := post(ctx, flags.Arg(1), secret, &d); err != nil {
			return err
		}
	}
	fmt.Fprintf(stderr, "send: %d deliveries\n", n)
	return lines.Err()
}

// post delivers d, again after a while if the hook says that it is busy.
func post(ctx context.Context, url, secret string, d *delivery) error {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(d.Body)
	for try := 1; ; try++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(d.Body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Shopify-Topic", d.Topic)
		req.Header.Set("X-Shopify-Webhook-Id", d.ID)
		req.Header.Set("X-Shopify-Hmac-SHA256", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		io.Copy(io.Discard, io.LimitReader(r.Body, 1<<16))
		r.Body.Close()
		switch {
		case r.StatusCode < 300:
			return nil
		case r.StatusCode != http.StatusServiceUnavailable || try == 5:
			return fmt.Errorf("%s answers %s", d.ID, r.Status)
		}
		if err := sleep(ctx, time.Duration(try)*time.Second); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

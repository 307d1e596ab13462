package kafka_test

import (
	"context"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/kafka"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts brokers of Kafka in this process, with topic "orders" in two partitions
// and "refunds" in one.
func serve(tb testing.TB, opts ...kfake.Opt) *kfake.Cluster {
	tb.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1), kfake.SeedTopics(2, "orders"), kfake.SeedTopics(1, "refunds")}, opts...)...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	return c
}

// send writes records, each when the broker has the one before.
func send(tb testing.TB, c *kfake.Cluster, topic string, partition int32, bodies ...string) {
	tb.Helper()
	sendBy(tb, c, topic, partition, nil, bodies...)
}

// sendBy is send by a client that is made with further options.
func sendBy(tb testing.TB, c *kfake.Cluster, topic string, partition int32, opts []kgo.Opt, bodies ...string) {
	tb.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(c.ListenAddrs()...), kgo.RecordPartitioner(kgo.ManualPartitioner()))...)
	if err != nil {
		tb.Fatal(err)
	}
	defer cl.Close()
	for _, b := range bodies {
		r := &kgo.Record{Topic: topic, Partition: partition, Value: []byte(b)}
		if b == "" {
			r.Value = nil
		}
		if err := cl.ProduceSync(context.Background(), r).FirstErr(); err != nil {
			tb.Fatal(err)
		}
	}
}

func TestSource_GoesOnWhereItStood(t *testing.T) {
	c := serve(t)
	config := func(begin string) func(o *kafka.Config) {
		return func(o *kafka.Config) {
			o.Brokers, o.Topics, o.Begin, o.Labels = c.ListenAddrs(), []string{"orders", "refunds"}, begin, []string{"topic"}
		}
	}
	send(t, c, "orders", 0, `{"n":1}`, "", `{"n":2}`)
	env := servertest.Env()
	src := servertest.Make(t, kafka.Info(), env, config("all"))
	h := servertest.Listen(t, src, env)
	h.Expect("reading n=1 topic=orders", "reading n=2 topic=orders")
	send(t, c, "orders", 1, `{"n":3}`)
	h.Expect("reading n=3 topic=orders")
	send(t, c, "refunds", 0, "4")
	h.Expect("reading topic=refunds value=4")
	if n := servertest.Counted(env.Tally, "without a value"); n != 1 {
		t.Errorf("%v", env.Tally.Counts())
	}
	if got, want := env.Place.Get(), "orders:0=3,1=1 refunds:0=1"; got != want {
		t.Errorf("it stands at %q, expected %q", got, want)
	}
	h.Stop()
	send(t, c, "orders", 1, `{"n":5}`)
	h = servertest.Listen(t, src, env)
	h.Expect("reading n=5 topic=orders")
	h.Stop()
	place := env.Place.Get()
	send(t, c, "orders", 0, `{"n":6}`)
	env = servertest.Env()
	env.Place.Set(place) // another program
	h = servertest.Listen(t, servertest.Make(t, kafka.Info(), env, config("new")), env)
	h.Expect("reading n=6 topic=orders")
	h.Stop()
	env = servertest.Env()
	env.Place.Set("orders:0=4000") // which was never written
	h = servertest.Listen(t, servertest.Make(t, kafka.Info(), env, func(o *kafka.Config) {
		config("new")(o)
		o.Topics = []string{"orders"}
	}), env)
	h.Expect("reading n=1 topic=orders")
}

func TestSource_New(t *testing.T) {
	c := serve(t)
	send(t, c, "refunds", 0, "1", "2")
	env := servertest.Env()
	src := servertest.Make(t, kafka.Info(), env, func(o *kafka.Config) { o.Brokers, o.Topics = c.ListenAddrs(), []string{"refunds"} })
	h := servertest.Listen(t, src, env)
	h.Stop() // before anything was heard: what comes now is new all the same
	send(t, c, "refunds", 0, "3")
	h = servertest.Listen(t, src, env)
	h.Expect("reading value=3")
}

func TestSource_GroupRemembers(t *testing.T) {
	c := serve(t)
	config := func(o *kafka.Config) {
		o.Brokers, o.Topics, o.Group, o.Begin = c.ListenAddrs(), []string{"refunds"}, "stage", "all"
	}
	send(t, c, "refunds", 0, "1", "2")
	env := servertest.Env()
	h := servertest.Listen(t, servertest.Make(t, kafka.Info(), env, config), env)
	h.Expect("reading value=1", "reading value=2")
	h.Stop()
	if env.Place.Get() != "" {
		t.Errorf("a group stands at %q", env.Place.Get())
	}
	send(t, c, "refunds", 0, "3")
	env = servertest.Env()
	h = servertest.Listen(t, servertest.Make(t, kafka.Info(), env, config), env)
	h.Expect("reading value=3")
}

func TestSource_BrokersThatGo(t *testing.T) {
	c := serve(t)
	addrs := c.ListenAddrs()
	env := servertest.Env()
	src := servertest.Make(t, kafka.Info(), env, func(o *kafka.Config) { o.Brokers, o.Topics = addrs, []string{"refunds"} })
	h := servertest.Listen(t, src, env)
	c.Close()
	if err := h.Broke(); err == nil || servertest.Permanent(err) {
		t.Errorf("the brokers went: %v", err)
	}
	if err := src.Run(t.Context(), nil); err == nil || servertest.Permanent(err) {
		t.Errorf("no broker: %v", err)
	}
}

func TestSource_Refusals(t *testing.T) {
	c := serve(t, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "stage", "canary-sesame-1234"))
	run := func(change func(o *kafka.Config)) error {
		return servertest.Make(t, kafka.Info(), servertest.Env(), func(o *kafka.Config) {
			o.Brokers, o.Topics = c.ListenAddrs(), []string{"refunds"}
			change(o)
		}).Run(t.Context(), nil)
	}
	t.Setenv("KAFKA_TEST_PASSWORD", "wrong-canary-1234")
	// These brokers hang up where others say why, so it is not known to be for good.
	if err := run(func(o *kafka.Config) {
		o.Login, o.Username, o.Password = "scram_sha_256", "stage", "env:KAFKA_TEST_PASSWORD"
	}); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("a wrong password: %v", err)
	}
	if err := run(func(o *kafka.Config) {
		o.Login, o.Username, o.Password = "scram_sha_256", "stage", "env:KAFKA_TEST_NOTHING"
	}); !servertest.Permanent(err) {
		t.Errorf("no variable: %v", err)
	}
	t.Setenv("KAFKA_TEST_PASSWORD", "canary-sesame-1234")
	env := servertest.Env()
	servertest.Listen(t, servertest.Make(t, kafka.Info(), env, func(o *kafka.Config) {
		o.Brokers, o.Topics = c.ListenAddrs(), []string{"refunds"}
		o.Login, o.Username, o.Password = "scram_sha_256", "stage", "env:KAFKA_TEST_PASSWORD"
	}), env)
}

func TestNew_AllMistakesAtOnce(t *testing.T) {
	info := kafka.Info()
	c := info.Config().(*kafka.Config)
	c.Brokers, c.Topics, c.Password, c.Login, c.CA = []string{"host"}, []string{"a b"}, "canary", "plain", "x.crt"
	_, err := info.New(servertest.Env(), c)
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{`write "host:9092"`, "topics[0]", "password: a secret", "login: to log in needs", "ca: "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("a secret is repeated: %v", err)
	}
}

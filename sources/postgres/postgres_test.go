package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"go.uber.org/goleak"
	"proscenium/sources/internal/servertest"
	"proscenium/sources/postgres"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const password = "canary-sesame-1234"

// db is a connection of the test's own.
type db struct {
	tb   testing.TB
	conn *pgconn.PgConn
}

func open(tb testing.TB, s *servertest.Server) *db {
	tb.Helper()
	c, err := pgconn.Connect(context.Background(), "postgres://stage:"+password+"@"+s.Addr+"/postgres?sslmode=disable")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close(context.Background()) })
	return &db{tb, c}
}

func (d *db) do(sql string) {
	d.tb.Helper()
	if _, err := d.conn.Exec(context.Background(), sql).ReadAll(); err != nil {
		d.tb.Fatalf("%s: %v", sql, err)
	}
}

func config(s *servertest.Server, change func(c *postgres.Config)) func(c *postgres.Config) {
	return func(c *postgres.Config) {
		c.Server, c.Username, c.SSLMode, c.Every = "postgres://"+s.Addr+"/postgres", "stage", "prefer", 100*time.Millisecond
		change(c)
	}
}

func TestSource_Notices(t *testing.T) {
	s := servertest.Postgres(t, "trust")
	d := open(t, s)
	env := servertest.Env()
	src := servertest.Make(t, postgres.Info(), env, config(s, func(c *postgres.Config) { c.Channels = []string{"orders", `Odd "name"`} }))
	h := servertest.Listen(t, src, env)
	d.do(`notify orders, '{"amount": 12.5, "city": "Łódź"}'`)
	d.do(`notify orders, '7'`)
	d.do(`notify "Odd ""name""", 'flash'`)
	d.do(`notify elsewhere, 'never'`)
	d.do(`notify orders`)
	d.do(`notify orders, 'last'`)
	h.Expect("reading amount=12.5 city=Łódź", "reading value=7", "reading text=flash", "reading text=last")
	s.Kill()
	if err := h.Broke(); err == nil || servertest.Permanent(err) {
		t.Errorf("the server was killed: %v", err)
	}
	if err := src.Run(t.Context(), nil); err == nil || servertest.Permanent(err) {
		t.Errorf("no server: %v", err)
	}
	s.Start()
	h = servertest.Listen(t, src, env)
	open(t, s).do(`notify orders, 'again'`)
	h.Expect("reading text=again")
}

func TestSource_RowsGoOnWhereTheyStood(t *testing.T) {
	s := servertest.Postgres(t, "trust")
	d := open(t, s)
	d.do(`create table orders (id bigserial primary key, total numeric, paid boolean default true, at timestamptz default now())`)
	d.do(`insert into orders (total) values (1)`)
	query := func(begin string, change func(c *postgres.Config)) func(c *postgres.Config) {
		return config(s, func(c *postgres.Config) {
			c.Query, c.Begin = "select id, total, null as nothing from orders where paid", begin
			if change != nil {
				change(c)
			}
		})
	}
	env := servertest.Env()
	src := servertest.Make(t, postgres.Info(), env, query("new", nil))
	h := servertest.Listen(t, src, env)
	h.Stop() // before anything was heard: what comes now is new all the same
	d.do(`insert into orders (total, paid) values (2.50, true), (3, false)`)
	h = servertest.Listen(t, src, env)
	h.Expect("reading id=2 total=2.5")
	d.do(`insert into orders (total) values (4)`)
	h.Expect("reading id=4 total=4")
	h.Stop()
	if env.Place.Get() != "4" {
		t.Errorf("it stands at %q", env.Place.Get())
	}
	d.do(`insert into orders (total) values (5)`)
	env = servertest.Env()
	env.Place.Set("4") // another program, woken by a notice
	src = servertest.Make(t, postgres.Info(), env, query("all", func(c *postgres.Config) { c.Every, c.Wake = time.Hour, "orders" }))
	h = servertest.Listen(t, src, env)
	h.Expect("reading id=5 total=5")
	d.do(`insert into orders (total) values (6)`)
	d.do(`notify orders`)
	h.Expect("reading id=6 total=6")
	// The server is killed, and comes again with more rows than fit in an answer.
	s.Kill()
	if err := h.Broke(); err == nil || servertest.Permanent(err) {
		t.Errorf("the server was killed: %v", err)
	}
	s.Start()
	d = open(t, s)
	d.do(`insert into orders (id, total) select n, n from generate_series(1001, 1700) n`)
	h = servertest.Listen(t, src, env)
	for n := 1001; n <= 1700; n++ {
		h.Expect(fmt.Sprintf("reading id=%d total=%d", n, n))
	}
	h.Stop()
	env = servertest.Env()
	h = servertest.Listen(t, servertest.Make(t, postgres.Info(), env, query("all", func(c *postgres.Config) { c.LookBack = 0 })), env)
	h.Expect("reading id=1 total=1", "reading id=2 total=2.5")
}

// A row whose transaction ended after that of a later row is heard all the same.
func TestSource_RowsThatAreSeenLate(t *testing.T) {
	s := servertest.Postgres(t, "trust")
	slow, d := open(t, s), open(t, s)
	d.do(`create table orders (id bigserial primary key)`)
	slow.do(`begin`)
	slow.do(`insert into orders default values`) // 1
	d.do(`insert into orders default values`)    // 2
	d.do(`insert into orders default values`)    // 3
	env := servertest.Env()
	h := servertest.Listen(t, servertest.Make(t, postgres.Info(), env, config(s, func(c *postgres.Config) {
		c.Query, c.Begin = "select id from orders", "all"
	})), env)
	h.Expect("reading id=2", "reading id=3")
	d.do(`insert into orders default values`)
	h.Expect("reading id=4")
	slow.do(`insert into orders default values`) // 5
	slow.do(`commit`)
	h.Expect("reading id=1", "reading id=5")
	if n := servertest.Counted(env.Tally, "later than one after it"); n != 1 {
		t.Errorf("%v", env.Tally.Counts())
	}
	if env.Place.Get() != "5" {
		t.Errorf("it stands at %q", env.Place.Get())
	}
}

func TestSource_Refusals(t *testing.T) {
	s := servertest.Postgres(t, "scram-sha-256")
	t.Setenv("PG_TEST_PASSWORD", "wrong-canary-1234")
	t.Setenv("PG_TEST_RIGHT", password)
	run := func(change func(c *postgres.Config)) error {
		return servertest.Make(t, postgres.Info(), servertest.Env(), config(s, func(c *postgres.Config) {
			c.Channels = []string{"a"}
			c.Password = "env:PG_TEST_RIGHT"
			change(c)
		})).Run(t.Context(), nil)
	}
	for what, err := range map[string]error{
		"wrong password":   run(func(c *postgres.Config) { c.Password = "env:PG_TEST_PASSWORD" }),
		"no variable":      run(func(c *postgres.Config) { c.Password = "env:PG_TEST_NOTHING" }),
		"no such database": run(func(c *postgres.Config) { c.Server = "postgres://" + s.Addr + "/nothing" }),
		"no such table":    run(func(c *postgres.Config) { c.Channels, c.Query = nil, "select id from nothing" }),
		"no such column":   run(func(c *postgres.Config) { c.Channels, c.Query = nil, "select 1 as x" }),
		"what writes": run(func(c *postgres.Config) {
			c.Channels, c.Query = nil, "with x as (create table t (id int)) select 1 as id"
		}),
	} {
		if !servertest.Permanent(err) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", what, err)
		}
	}
	env := servertest.Env()
	servertest.Listen(t, servertest.Make(t, postgres.Info(), env, config(s, func(c *postgres.Config) { c.Channels, c.Password = []string{"a"}, "env:PG_TEST_RIGHT" })), env)
	open(t, s).do("create table t (id int)")
	if err := run(func(c *postgres.Config) {
		c.Channels, c.Query, c.Begin = nil, "with x as (insert into t values (1) returning id) select id from x", "all"
	}); err == nil {
		t.Error("a query may write")
	}
}

func TestNew_AllMistakesAtOnce(t *testing.T) {
	info := postgres.Info()
	c := info.Config().(*postgres.Config)
	c.Server, c.Password, c.Query, c.KeyColumn, c.Wake = "postgres://host", "canary", "delete from orders;", "", strings.Repeat("x", 80)
	_, err := info.New(servertest.Env(), c)
	if err == nil {
		t.Fatal("taken")
	}
	for _, want := range []string{`postgres://host/shop`, "password: a secret", "a query that reads", "semicolon", "key_column", "wake"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nlacks %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("a secret is repeated: %v", err)
	}
}

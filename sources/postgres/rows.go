package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/relay"
)

// batch is how many rows come in one answer.
const batch = 256

// rows is where the source stands in its query. A key is the text that PostgreSQL
// writes for the column.
type rows struct {
	look   int
	begun  bool
	place  string          // the greatest key that was heard
	bottom bool            // there is no floor: it asks from the first row on
	floor  string          // rows up to this key are not asked for any more
	recent []string        // the keys above it, in order
	known  map[string]bool // the same
}

// begin finds out after which key to go on.
func (r *rows) begin(ctx context.Context, conn *pgconn.PgConn, s *source) error {
	if at := s.env.Place.Get(); at != "" && at != r.place {
		*r = rows{look: r.look, begun: true, place: at, floor: at}
	}
	if r.begun {
		return nil
	}
	r.begun, r.bottom = true, true
	if s.c.Begin == "all" {
		return nil
	}
	key := name(s.c.KeyColumn)
	got, err := ask(ctx, conn, fmt.Sprintf("select q.%s::text from (%s) q where q.%[1]s is not null order by q.%[1]s desc limit 1", key, s.c.Query), nil)
	if err != nil {
		r.begun = false
		return err
	}
	if len(got) > 0 {
		r.bottom, r.floor = false, string(got[0][0])
	}
	return nil
}

// ask asks for rows. A parameter is of whatever type the query makes it.
func ask(ctx context.Context, conn *pgconn.PgConn, sql string, params [][]byte) ([][][]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, slowest)
	defer cancel()
	res := conn.ExecParams(ctx, sql, params, nil, nil, nil).Read()
	return res.Rows, res.Err
}

// poll asks for the rows that are new. More says that there are further ones.
func (r *rows) poll(ctx context.Context, conn *pgconn.PgConn, s *source, emit func(sonify.Event)) (more bool, err error) {
	key := name(s.c.KeyColumn)
	limit := batch + len(r.recent)
	// Of the rows above the floor some may have become visible only now.
	cond, params := "is not null", [][]byte(nil)
	if !r.bottom {
		cond, params = "> $1", [][]byte{[]byte(r.floor)}
	}
	got, err := ask(ctx, conn, fmt.Sprintf("select q.%[1]s::text, row_to_json(q)::text from (%[2]s) q where q.%[1]s %[3]s order by q.%[1]s limit %[4]d", key, s.c.Query, cond, limit), params)
	if err != nil {
		return false, err
	}
	keys, met := make([]string, 0, len(got)), 0
	for _, row := range got {
		k := string(row[0])
		keys = append(keys, k)
		if r.known[k] {
			met++
			continue
		}
		if len(k) > longestKey {
			return false, &sonify.Permanent{Err: fmt.Errorf("column %s has values of more than %d bytes: a key is shorter", key, longestKey)}
		}
		s.env.Link.Count(1, len(row[1]))
		m := decode.Message{Body: row[1], ID: "row " + k}
		if met < len(r.known) {
			s.env.Tally.Add(sonify.Repaired, "row that could be seen later than one after it", 0)
		} else {
			r.place, m.Place = k, k
		}
		if err := relay.Normalise(&s.env, s.decoder, &m, emit); err != nil {
			return false, err
		}
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
	}
	r.remember(keys)
	return len(got) == limit, nil
}

// longestKey bounds a key, which is kept.
const longestKey = 200

// remember keeps the last keys of an answer.
func (r *rows) remember(keys []string) {
	if over := len(keys) - r.look; over > 0 {
		r.bottom, r.floor = false, keys[over-1]
		keys = keys[over:]
	}
	r.recent = append(r.recent[:0], keys...)
	r.known = make(map[string]bool, len(keys))
	for _, k := range keys {
		r.known[k] = true
	}
}

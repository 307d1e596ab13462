package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
	"proscenium/sonify"
	"proscenium/sources/internal/decode"
	"proscenium/sources/internal/reach"
	"proscenium/sources/internal/relay"
	"proscenium/sources/internal/secret"
	"proscenium/sources/internal/secure"
)

const (
	// polled is how many records are taken from the client at once.
	polled = 256
	// tries is how often in a row no broker may be reached before the run ends: the
	// client tries by itself, but the station knows better how long to wait.
	tries = 3
	// patience is how long the brokers may take for an answer.
	patience = 20 * time.Second
)

// Run implements sonify.Source.
func (s *source) Run(ctx context.Context, emit func(sonify.Event)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	opts, secrets, err := s.options(&watch{env: &s.env, cancel: cancel})
	if err != nil {
		return err
	}
	cl, err := kgo.NewClient(opts...)
	if err != nil {
		return &sonify.Permanent{Err: secret.Scrub(err, secrets...)}
	}
	err = s.consume(ctx, cl, emit)
	s.leave(cl)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return secret.Scrub(err, secrets...)
}

// leave tells the group what was heard, and closes the connections.
func (s *source) leave(cl *kgo.Client) {
	if s.c.Group != "" {
		ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
		cl.CommitMarkedOffsets(ctx)
		cancel()
	}
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		cl.CloseAllowingRebalance()
	}()
	select {
	case <-closed:
	case <-time.After(500 * time.Millisecond): // a broker that does not answer a good-bye
	}
}

// options are what the client is made of.
func (s *source) options(w *watch) (opts []kgo.Opt, secrets []string, err error) {
	longest := int32(s.c.MaxRecord << 10)
	opts = []kgo.Opt{
		kgo.SeedBrokers(s.c.Brokers...), kgo.ClientID("proscenium"), kgo.WithHooks(w), kgo.DisableClientMetrics(),
		kgo.FetchMaxWait(time.Second), kgo.FetchMaxBytes(max(8<<20, longest)), kgo.FetchMaxPartitionBytes(max(1<<20, longest)),
		kgo.BrokerMaxReadBytes(max(64<<20, 2*longest)), kgo.MaxConcurrentFetches(2), kgo.RequestRetries(2), kgo.KeepRetryableFetchErrors(),
		// Of a place that the broker no longer keeps the first record that it does keep is
		// the next one.
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	}
	conf, err := s.c.TLS.Config(s.env)
	if err != nil {
		return nil, nil, err
	}
	private := s.c.Private
	for _, b := range s.c.Brokers {
		host, _, _ := net.SplitHostPort(b)
		private = private || reach.Private(host)
	}
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		return reach.Policy{Private: private}.Dialer(&url.URL{Scheme: "kafka", Host: addr})(ctx, network, addr)
	}
	if s.c.Encrypted {
		open := dial
		dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := open(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			host, _, _ := net.SplitHostPort(addr)
			return secure.Client(ctx, conn, conf, host)
		}
	}
	opts = append(opts, kgo.Dialer(dial))
	if s.c.Login != "none" {
		user := s.c.Username
		if secret.Refers(user) {
			if user, err = secret.Read(s.env, user); err != nil {
				return nil, nil, err
			}
		}
		password, err := secret.Read(s.env, s.c.Password)
		if err != nil {
			return nil, nil, err
		}
		secrets = append(secrets, password)
		switch s.c.Login {
		case "plain":
			opts = append(opts, kgo.SASL(plain.Auth{User: user, Pass: password}.AsMechanism()))
		case "scram_sha_256":
			opts = append(opts, kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha256Mechanism()))
		case "scram_sha_512":
			opts = append(opts, kgo.SASL(scram.Auth{User: user, Pass: password}.AsSha512Mechanism()))
		}
	}
	if s.c.Group != "" {
		start := kgo.NewOffset().AtEnd()
		if s.c.Begin == "all" {
			start = kgo.NewOffset().AtStart()
		}
		return append(opts, kgo.ConsumeTopics(s.c.Topics...), kgo.ConsumerGroup(s.c.Group), kgo.ConsumeStartOffset(start), kgo.AutoCommitMarks(), kgo.AutoCommitInterval(time.Second), kgo.BlockRebalanceOnPoll()), secrets, nil
	}
	return opts, secrets, nil
}

// discover returns the partitions that there are and that are not in known, and adds
// them to it.
func (s *source) discover(ctx context.Context, cl *kgo.Client, known place) ([]partition, error) {
	req := kmsg.NewPtrMetadataRequest()
	for _, t := range s.c.Topics {
		rt := kmsg.NewMetadataRequestTopic()
		rt.Topic = kmsg.StringPtr(t)
		req.Topics = append(req.Topics, rt)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := req.RequestWith(ctx, cl)
	if err != nil {
		return nil, err
	}
	var fresh []partition
	for _, t := range answer.Topics {
		if t.Topic == nil {
			continue
		}
		switch err := kerr.ErrorForCode(t.ErrorCode); {
		case errors.Is(err, kerr.UnknownTopicOrPartition):
			return nil, fmt.Errorf("there is no topic %q", *t.Topic) // it may come
		case err != nil && permanent(err):
			return nil, &sonify.Permanent{Err: fmt.Errorf("topic %q: %w", *t.Topic, err)}
		case err != nil:
			return nil, fmt.Errorf("topic %q: %w", *t.Topic, err)
		}
		for _, p := range t.Partitions {
			k := partition{*t.Topic, p.Partition}
			if _, heard := known[k]; !heard {
				known[k] = 0
				fresh = append(fresh, k)
			}
		}
	}
	return fresh, nil
}

// ends takes over where partitions end, of which nothing was heard. From then on the
// source stands there: what is written while a connection is away is not lost.
func (s *source) ends(ctx context.Context, cl *kgo.Client, of []partition) error {
	req := kmsg.NewPtrListOffsetsRequest()
	req.ReplicaID = -1
	byTopic := make(map[string][]kmsg.ListOffsetsRequestTopicPartition)
	for _, k := range of {
		p := kmsg.NewListOffsetsRequestTopicPartition()
		p.Partition, p.Timestamp = k.number, -1
		byTopic[k.topic] = append(byTopic[k.topic], p)
	}
	for _, t := range s.c.Topics {
		if ps := byTopic[t]; len(ps) > 0 {
			rt := kmsg.NewListOffsetsRequestTopic()
			rt.Topic, rt.Partitions = t, ps
			req.Topics = append(req.Topics, rt)
		}
	}
	if len(req.Topics) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := req.RequestWith(ctx, cl)
	if err != nil {
		return err
	}
	for _, t := range answer.Topics {
		for _, p := range t.Partitions {
			if err := kerr.ErrorForCode(p.ErrorCode); err != nil {
				return fmt.Errorf("topic %q: %w", t.Topic, err)
			}
			s.at[partition{t.Topic, p.Partition}] = p.Offset
		}
	}
	return nil
}

// direct has the client hear all partitions from where the source stands.
func (s *source) direct(ctx context.Context, cl *kgo.Client, known place) error {
	s.stand()
	all, err := s.discover(ctx, cl, known)
	if err != nil {
		return err
	}
	if s.c.Begin == "new" {
		var unheard []partition
		for _, k := range all {
			if _, ok := s.at[k]; !ok {
				unheard = append(unheard, k)
			}
		}
		if err := s.ends(ctx, cl, unheard); err != nil {
			return err
		}
	}
	hear(cl, all, s.at)
	return nil
}

// hear has the client hear partitions, from an offset or, without one, from the start.
func hear(cl *kgo.Client, ps []partition, at place) {
	add := make(map[string]map[int32]kgo.Offset)
	for _, k := range ps {
		if add[k.topic] == nil {
			add[k.topic] = make(map[int32]kgo.Offset)
		}
		o := kgo.NewOffset().AtStart()
		if n, ok := at[k]; ok {
			o = kgo.NewOffset().At(n)
		}
		add[k.topic][k.number] = o
	}
	cl.AddConsumePartitions(add)
}

// stand takes over the place that was kept.
func (s *source) stand() {
	for k, o := range readPlace(s.env.Place.Get()) {
		s.at[k] = max(s.at[k], o)
	}
}

// growth is how often it is looked whether there are more partitions.
const growth = time.Minute

// consume hears records until the connection breaks.
func (s *source) consume(ctx context.Context, cl *kgo.Client, emit func(sonify.Event)) error {
	in := make(chan kgo.Fetches)
	ctx, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	taken := make(chan struct{})
	known := make(place)
	if s.c.Group == "" {
		s.stand()
		if err := s.direct(ctx, cl, known); err != nil {
			return err
		}
	}
	s.env.Link.Up()
	looked := time.Now()
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer close(in)
		for ctx.Err() == nil {
			wait, enough := context.WithTimeout(ctx, growth)
			f := cl.PollRecords(wait, polled)
			enough()
			if s.c.Group == "" && time.Since(looked) > growth {
				looked = time.Now()
				fresh, err := s.discover(ctx, cl, known)
				if err != nil {
					cancel(err)
					return
				}
				hear(cl, fresh, nil) // all that is there has been written since
			}
			if err := failure(f); err != nil {
				cancel(err)
				return
			}
			select {
			case in <- f:
			case <-ctx.Done():
				return
			}
			select {
			case <-taken: // before that no partition is given to another member
			case <-ctx.Done():
				return
			}
			cl.AllowRebalance()
		}
	}()
	err := relay.Run(ctx, in, s.decoder, emit, func(f kgo.Fetches) error {
		for it := f.RecordIter(); !it.Done(); {
			r := it.Next()
			if err := s.take(r, emit); err != nil {
				return err
			}
			if s.c.Group != "" {
				cl.MarkCommitRecords(r)
			}
		}
		select {
		case taken <- struct{}{}:
		case <-ctx.Done():
		}
		return nil
	})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// take has a record decoded.
func (s *source) take(r *kgo.Record, emit func(sonify.Event)) error {
	s.env.Link.Count(1, len(r.Key)+len(r.Value))
	m := decode.Message{Body: r.Value, Topic: r.Topic, At: r.Timestamp}
	if s.c.Group == "" {
		s.at[partition{r.Topic, r.Partition}] = r.Offset + 1
		m.Place = s.at.String()
	}
	if r.Value == nil {
		s.env.Tally.Add(sonify.Skipped, "record without a value (a deletion)", 0)
		return nil
	}
	return relay.Normalise(&s.env, s.decoder, &m, emit)
}

// failure is what went wrong with a poll, nil if the client deals with it.
func failure(f kgo.Fetches) error {
	var err error
	f.EachError(func(topic string, number int32, e error) {
		if err != nil || errors.Is(e, context.Canceled) || errors.Is(e, context.DeadlineExceeded) {
			return
		}
		var reset *kgo.ErrDataLoss
		switch {
		case errors.As(e, &reset):
			return // it goes on at the first record that is kept
		case errors.Is(e, kerr.UnknownTopicOrPartition):
			err = fmt.Errorf("there is no topic %q", topic) // it may come
		case permanent(e):
			err = &sonify.Permanent{Err: e}
		case kerr.IsRetriable(e):
			return
		default:
			err = e
		}
	})
	return err
}

func permanent(err error) bool {
	for _, e := range []error{
		kerr.SaslAuthenticationFailed, kerr.UnsupportedSaslMechanism, kerr.IllegalSaslState, kerr.TopicAuthorizationFailed,
		kerr.GroupAuthorizationFailed, kerr.ClusterAuthorizationFailed, kerr.InvalidTopicException, kerr.InvalidGroupID,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	var p *sonify.Permanent
	return errors.As(err, &p)
}

// watch tells how the connections are. The client tries by itself to make them again;
// when it has tried often enough in vain, the run is over.
type watch struct {
	env    *sonify.SourceEnv
	cancel context.CancelCauseFunc

	mu   sync.Mutex
	vain int
}

var _ interface {
	kgo.HookBrokerConnect
	kgo.HookBrokerRead
} = (*watch)(nil)

// OnBrokerConnect implements kgo.HookBrokerConnect.
func (w *watch) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, _ net.Conn, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		return
	}
	if permanent(err) {
		w.cancel(&sonify.Permanent{Err: err})
		return
	}
	if w.vain++; w.vain >= tries {
		w.cancel(fmt.Errorf("no broker can be reached: %w", err))
	}
}

// OnBrokerRead implements kgo.HookBrokerRead.
func (w *watch) OnBrokerRead(_ kgo.BrokerMetadata, _ int16, _ int, _, _ time.Duration, err error) {
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.vain = 0
}

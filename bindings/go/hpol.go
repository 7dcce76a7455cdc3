// Package hpol judges what people, services and agents are about to do, by an hpol policy, in this process. It is
// libhpol.so behind cgo; pkg-config has to find hpol.pc.
package hpol

/*
#cgo pkg-config: hpol
#include <hpol.h>
#include <stdlib.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
	"unsafe"
)

// Protocol says how a payload is to be read.
type Protocol int32

// The protocols.
const (
	Postgres Protocol = C.HPOL_POSTGRES
	MySQL    Protocol = C.HPOL_MYSQL
	Redis    Protocol = C.HPOL_REDIS
	K8s      Protocol = C.HPOL_K8S
	SSH      Protocol = C.HPOL_SSH
	Shell    Protocol = C.HPOL_SHELL
	HTTP     Protocol = C.HPOL_HTTP
	MCP      Protocol = C.HPOL_MCP
)

// Decision is what the policy says of a request.
type Decision int32

// The decisions.
const (
	Allow   Decision = C.HPOL_ALLOW
	Approve Decision = C.HPOL_APPROVE
	Block   Decision = C.HPOL_BLOCK
)

func (d Decision) String() string {
	switch d {
	case Allow:
		return "allow"
	case Approve:
		return "approve"
	default:
		return "block"
	}
}

// Error is why a call could not be carried out: whatever it was about must not pass.
type Error struct {
	// Status is an HPOL_ERROR_… of hpol.h.
	Status  int
	Message string
}

func (e *Error) Error() string { return e.Message }

func check(status C.hpol_status, failure *C.hpol_error) error {
	if status == C.HPOL_OK {
		return nil
	}
	return &Error{int(status), C.GoString(&failure.message[0])}
}

// start is the address of bytes that C reads during one call; of none it may be nil.
func start(bytes []byte) unsafe.Pointer {
	if len(bytes) == 0 {
		return nil
	}
	return unsafe.Pointer(&bytes[0])
}

// Options say which bundles are opened, and what masks hash with.
type Options struct {
	// TrustedKeys are public keys in PEM, by one of which a bundle must be signed; nil: signatures are not asked for.
	TrustedKeys []byte
	// MaskKey is the secret key of `mask … with hash`.
	MaskKey []byte
}

// Policy is a policy in force. Any number of goroutines may use it.
type Policy struct{ handle *C.hpol_policy }

// Open opens the file of a bundle, as `hpol build` writes it.
func Open(path string, options Options) (*Policy, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	given := C.hpol_options{size: C.sizeof_hpol_options}
	if options.TrustedKeys != nil {
		keys := C.CBytes(options.TrustedKeys)
		defer C.free(keys)
		given.trusted_keys, given.trusted_keys_length = (*C.char)(keys), C.size_t(len(options.TrustedKeys))
	}
	if options.MaskKey != nil {
		key := C.CBytes(options.MaskKey)
		defer C.free(key)
		given.mask_key, given.mask_key_length = key, C.size_t(len(options.MaskKey))
	}
	var handle *C.hpol_policy
	var failure C.hpol_error
	if err := check(C.hpol_open_file(name, &given, &handle, &failure), &failure); err != nil {
		return nil, err
	}
	policy := &Policy{handle}
	runtime.SetFinalizer(policy, func(policy *Policy) { C.hpol_free(policy.handle) })
	return policy, nil
}

// Reload puts into force what the file that was opened holds now. Open sessions see it at their next request; where it
// fails the old one stays in force.
func (p *Policy) Reload() error {
	defer runtime.KeepAlive(p)
	var failure C.hpol_error
	return check(C.hpol_reload_file(p.handle, nil, &failure), &failure)
}

// Bind makes a session of who asks, through which connection: the members `principal`, `target`, `labels` and `source`
// of a fixture, as JSON.
func (p *Policy) Bind(identity string) (*Session, error) {
	defer runtime.KeepAlive(p)
	text := []byte(identity)
	var handle *C.hpol_session
	var failure C.hpol_error
	status := C.hpol_bind(p.handle, (*C.char)(start(text)), C.size_t(len(text)), &handle, &failure)
	if err := check(status, &failure); err != nil {
		return nil, err
	}
	session := &Session{handle: handle}
	runtime.SetFinalizer(session, func(session *Session) { C.hpol_session_free(session.handle) })
	return session, nil
}

// Decide judges a request given as a fixture, and gives the line that `hpol eval --json` prints for it, its line end
// included.
func (p *Policy) Decide(request []byte) (string, error) {
	defer runtime.KeepAlive(p)
	var line *C.char
	var length C.size_t
	var failure C.hpol_error
	status := C.hpol_decide(p.handle, (*C.char)(start(request)), C.size_t(len(request)), &line, &length, &failure)
	if err := check(status, &failure); err != nil {
		return "", err
	}
	defer C.hpol_line_free(line)
	return C.GoStringN(line, C.int(length)), nil
}

// EndSession forgets the tags of the session that requests given to Decide call name, for it has ended. One that has no
// tags is no error.
func (p *Policy) EndSession(name string) error {
	defer runtime.KeepAlive(p)
	text := []byte(name)
	var failure C.hpol_error
	return check(C.hpol_end_session(p.handle, (*C.char)(start(text)), C.size_t(len(text)), &failure), &failure)
}

// Session is who asks, through which connection, and the tags that verdicts have set. Goroutines that share one take
// turns.
type Session struct {
	turn   sync.Mutex
	handle *C.hpol_session
	last   *C.hpol_verdict
}

// Verdict is what a policy says of one request.
type Verdict struct {
	Decision Decision
	// Rules are those that decided; none: a default did.
	Rules []string
	// Message is what to tell who asked.
	Message string
	// JSON is the line of `hpol eval --json`, without a line end.
	JSON string
	// Masks is how many masks the response must go through.
	Masks int
	// AsksResponse: the response must be judged as a whole, with JudgeResponse, before any of it is passed on.
	AsksResponse bool
	// Response is what is to be passed on of what JudgeResponse was given: its text, or its JSON if it is no text. nil: there
	// was none, or it is withheld.
	Response []byte
}

func (v Verdict) String() string { return fmt.Sprintf("%v by %v: %s", v.Decision, v.Rules, v.Message) }

// Judge judges a payload now.
func (s *Session) Judge(protocol Protocol, payload []byte) (Verdict, error) {
	return s.JudgeAt(protocol, payload, time.Time{})
}

// JudgeAt judges a payload at a moment; the zero Time is now.
func (s *Session) JudgeAt(protocol Protocol, payload []byte, moment time.Time) (Verdict, error) {
	var seconds C.int64_t
	if !moment.IsZero() {
		seconds = C.int64_t(moment.Unix())
		if seconds == 0 {
			seconds = C.HPOL_EPOCH
		}
	}
	s.turn.Lock()
	defer s.turn.Unlock()
	defer runtime.KeepAlive(s)
	var failure C.hpol_error
	s.last = nil
	status := C.hpol_judge(
		s.handle, C.hpol_protocol(protocol), start(payload), C.size_t(len(payload)), seconds, &s.last, &failure)
	if err := check(status, &failure); err != nil {
		return Verdict{Decision: Block}, err
	}
	return read(s.last), nil
}

// JudgeResponse judges a payload again, now, with what the target answered, as JSON in the form of the member `response` of a
// fixture: a string, {"columns","rows"}, {"status","headers","body"}, or an MCP result.
func (s *Session) JudgeResponse(protocol Protocol, payload []byte, response []byte) (Verdict, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	defer runtime.KeepAlive(s)
	var failure C.hpol_error
	s.last = nil
	status := C.hpol_judge_response(
		s.handle, C.hpol_protocol(protocol), start(payload), C.size_t(len(payload)), 0, (*C.char)(start(response)),
		C.size_t(len(response)), &s.last, &failure)
	if err := check(status, &failure); err != nil {
		return Verdict{Decision: Block}, err
	}
	return read(s.last), nil
}

// read copies what is lent only until the session's next call.
func read(verdict *C.hpol_verdict) Verdict {
	var length C.size_t
	result := Verdict{
		Decision:     Decision(C.hpol_verdict_decision(verdict)),
		Masks:        int(C.hpol_verdict_mask_count(verdict)),
		AsksResponse: C.hpol_verdict_asks_response(verdict) != 0,
	}
	json := C.hpol_verdict_json(verdict, &length)
	result.JSON = C.GoStringN(json, C.int(length))
	if message := C.hpol_verdict_message(verdict, &length); message != nil {
		result.Message = C.GoStringN(message, C.int(length))
	}
	if response := C.hpol_verdict_response(verdict, &length); response != nil {
		result.Response = C.GoBytes(unsafe.Pointer(response), C.int(length))
	}
	count := C.hpol_verdict_rule_count(verdict)
	for index := C.size_t(0); index < count; index++ {
		rule := C.hpol_verdict_rule(verdict, index, &length)
		result.Rules = append(result.Rules, C.GoStringN(rule, C.int(length)))
	}
	return result
}

// Mask masks one response as it comes. It is not for several goroutines at a time.
type Mask struct{ handle *C.hpol_mask }

// Mask begins the response to the request that was judged last. An empty content type is found out.
func (s *Session) Mask(contentType string) (*Mask, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	defer runtime.KeepAlive(s)
	if s.last == nil {
		return nil, errors.New("nothing was judged yet")
	}
	var kind *C.char
	if contentType != "" {
		kind = C.CString(contentType)
		defer C.free(unsafe.Pointer(kind))
	}
	var handle *C.hpol_mask
	var failure C.hpol_error
	if err := check(C.hpol_mask_open(s.handle, s.last, kind, &handle, &failure), &failure); err != nil {
		return nil, err
	}
	mask := &Mask{handle}
	runtime.SetFinalizer(mask, func(mask *Mask) { C.hpol_mask_free(mask.handle) })
	return mask, nil
}

// Write takes the next bytes of the response, and gives those that may be passed on.
func (m *Mask) Write(chunk []byte) ([]byte, error) {
	defer runtime.KeepAlive(m)
	var bytes *C.uint8_t
	var length C.size_t
	var failure C.hpol_error
	status := C.hpol_mask_write(m.handle, start(chunk), C.size_t(len(chunk)), &bytes, &length, &failure)
	return lent(bytes, length), check(status, &failure)
}

// Finish takes the end of the response, and gives what is left.
func (m *Mask) Finish() ([]byte, error) {
	defer runtime.KeepAlive(m)
	var bytes *C.uint8_t
	var length C.size_t
	var failure C.hpol_error
	status := C.hpol_mask_finish(m.handle, &bytes, &length, &failure)
	return lent(bytes, length), check(status, &failure)
}

func lent(bytes *C.uint8_t, length C.size_t) []byte {
	return C.GoBytes(unsafe.Pointer(bytes), C.int(length))
}

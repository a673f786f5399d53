package delivery

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"math/big"
	"net"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is a mail server on loopback, as RFC 5321 has it, that can be told to misbehave.
type server struct {
	listener net.Listener
	plan     plan

	mu       sync.Mutex
	accepted []accepted
	commands []string // the first word of each, with what followed
	done     sync.WaitGroup
}

// plan is how a server behaves.
type plan struct {
	TLS      *tls.Config // nil: none is offered
	FromByte bool        // TLS from the first byte on
	User     string      // with Password: asked for; empty: nobody is
	Password string
	// Answer gives another answer to a command (MAIL, RCPT …, "." for the end of a message); empty: the usual one.
	Answer func(command, argument string) string
	// Hang tells whether the connection is cut instead of an answer. "DATA+" is in the middle of a message.
	Hang func(command string) bool
	// Accepts tells whether a message is kept where the connection is cut after its end.
	Accepts bool
	// Wait is called between the end of a message and its answer.
	Wait func()
}

// accepted is a message that the server took.
type accepted struct {
	From string
	To   []string
	Data []byte
	TLS  bool
	User string
}

func serve(t *testing.T, p plan) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, listener, p)
}

func serveOn(t *testing.T, listener net.Listener, p plan) *server {
	s := &server{listener: listener, plan: p}
	s.done.Add(1)
	go func() {
		defer s.done.Done()
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			s.done.Add(1)
			go func() {
				defer s.done.Done()
				s.talk(connection)
			}()
		}
	}()
	t.Cleanup(s.close)
	return s
}

func (s *server) close() {
	s.listener.Close()
	s.done.Wait()
}

func (s *server) port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// mails are those that the server took.
func (s *server) mails() []accepted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.accepted)
}

func (s *server) said() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands)
}

// client gives a Mail that talks to the server.
func (s *server) client() *Mail {
	return &Mail{Host: "127.0.0.1", Port: s.port(), TLS: NoTLS, From: mail.Address{Name: "Interlibrary loan", Address: "ill@library.example.org"}, Timeout: 20 * time.Second}
}

func (s *server) talk(connection net.Conn) {
	defer func() { connection.Close() }()
	isTLS := false
	if s.plan.FromByte {
		connection, isTLS = tls.Server(connection, s.plan.TLS), true
	}
	text := textproto.NewConn(connection)
	say := func(answer string) {
		for _, line := range strings.Split(answer, "\n") {
			_ = text.PrintfLine("%s", line)
		}
	}
	say(answer(s, "HELLO", "", "220 loopback ready"))
	var now accepted
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		command, argument, _ := strings.Cut(line, " ")
		command = strings.ToUpper(command)
		s.mu.Lock()
		s.commands = append(s.commands, line)
		s.mu.Unlock()
		if s.plan.Hang != nil && s.plan.Hang(command) {
			return
		}
		switch command {
		case "EHLO":
			usual := "250-loopback\n250-8BITMIME\n250-ENHANCEDSTATUSCODES"
			if s.plan.TLS != nil && !isTLS {
				usual += "\n250-STARTTLS"
			}
			if s.plan.User != "" {
				usual += "\n250-AUTH PLAIN"
			}
			say(answer(s, command, argument, usual+"\n250 HELP"))
		case "STARTTLS":
			say("220 go on")
			connection = tls.Server(connection, s.plan.TLS)
			text, isTLS = textproto.NewConn(connection), true
		case "AUTH":
			_, encoded, _ := strings.Cut(argument, " ")
			decoded, _ := base64.StdEncoding.DecodeString(encoded)
			if string(decoded) != "\x00"+s.plan.User+"\x00"+s.plan.Password {
				say("535 5.7.8 not you: " + string(decoded)[1:] + " " + encoded) // gives back what it was sent, as bad servers do
				continue
			}
			now.User = s.plan.User
			say("235 welcome")
		case "MAIL":
			reply := answer(s, command, argument, "250 sender ok")
			if s.plan.User != "" && now.User == "" {
				reply = "530 5.7.0 who are you"
			}
			now.From, now.To = argument, nil
			say(reply)
		case "RCPT":
			reply := answer(s, command, argument, "250 recipient ok")
			if strings.HasPrefix(reply, "2") {
				now.To = append(now.To, strings.TrimSuffix(strings.TrimPrefix(argument, "TO:<"), ">"))
			}
			say(reply)
		case "DATA":
			reply := answer(s, command, argument, "354 go on")
			say(reply)
			if !strings.HasPrefix(reply, "354") {
				continue
			}
			if s.plan.Hang != nil && s.plan.Hang("DATA+") {
				_, _ = bufio.NewReader(text.R).Peek(1000)
				return
			}
			data, err := io.ReadAll(text.DotReader())
			if err != nil {
				return // the connection ended before the message
			}
			now.Data, now.TLS = data, isTLS
			if s.plan.Wait != nil {
				s.plan.Wait()
			}
			isCut := s.plan.Hang != nil && s.plan.Hang(".")
			reply = answer(s, ".", "", "250 2.0.0 taken")
			if strings.HasPrefix(reply, "250") && (!isCut || s.plan.Accepts) {
				s.mu.Lock()
				s.accepted = append(s.accepted, now)
				s.mu.Unlock()
			}
			if isCut {
				return
			}
			say(reply)
		case "NOOP", "RSET":
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 not here")
		}
	}
}

func answer(s *server, command, argument, usual string) string {
	if s.plan.Answer != nil {
		if other := s.plan.Answer(command, argument); other != "" {
			return other
		}
	}
	return usual
}

// certificate makes a server's certificate for 127.0.0.1 and the pool that trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	content, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(content)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{content}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, pool
}

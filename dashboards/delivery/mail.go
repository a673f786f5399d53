package delivery

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/subscription"
)

// The words of Mail.TLS: encryption is asked for once connected (and nothing is sent without it), from the first byte on, or
// not at all.
const (
	StartTLS = "starttls"
	TLS      = "tls"
	NoTLS    = "none"
)

// usualPorts are those of Mail.TLS.
var usualPorts = map[string]int{StartTLS: 587, TLS: 465, NoTLS: 25}

// Mail is the server that takes mails from us.
type Mail struct {
	Host     string
	Port     int // 0: the usual one
	User     string
	Password string
	From     mail.Address
	TLS      string        // empty: starttls
	Timeout  time.Duration // for a mail as a whole; 0: five minutes

	roots *x509.CertPool // for tests; nil: those of the system
}

const (
	usualTimeout = 5 * time.Minute
	dialTimeout  = 30 * time.Second
)

// Check says what is wrong with the settings. A password that nobody encrypts is for a server on this computer only.
func (m *Mail) Check() error {
	wrong := func(format string, args ...any) error {
		return &queries.Error{Code: queries.Invalid, Message: fmt.Sprintf(format, args...)}
	}
	if m.TLS == "" {
		m.TLS = StartTLS
	}
	port, known := usualPorts[m.TLS]
	if m.Port == 0 {
		m.Port = port
	}
	if m.Timeout == 0 {
		m.Timeout = usualTimeout
	}
	switch {
	case m.Host == "" || strings.ContainsAny(m.Host, "/ \t\r\n\x00"):
		return wrong("the mail server %q is no name of a computer", m.Host)
	case !known:
		return wrong("the encryption of mail is starttls, tls or none, not %q", m.TLS)
	case m.Port < 1 || m.Port > 65535:
		return wrong("the port of the mail server is a number from 1 to 65535, not %d", m.Port)
	case m.From.Address == "":
		return wrong("no address is set that mails come from")
	case (m.User == "") != (m.Password == ""):
		return wrong("the mail server takes a user and a password, or neither")
	case m.TLS == NoTLS && m.User != "" && !isLoopback(m.Host):
		return wrong("the password would go to %s without encryption: use starttls or tls", m.Host)
	}
	if err := subscription.CheckAddress(m.From.Address); err != nil {
		return wrong("the address that mails come from, %q, is none: write it as ill@example.org, or \"Interlibrary loan <ill@example.org>\"", m.From.Address)
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// Address is that of the server.
func (m *Mail) Address() string { return net.JoinHostPort(m.Host, fmt.Sprint(m.Port)) }

// message is one mail to one address.
type message struct {
	To         string
	ID         string // left part of its Message-ID
	Date       time.Time
	Subject    string
	Text, HTML string
	Files      []File
}

// send hands a message to the server. Where the server may have taken it the result is Unclear: that is when the connection
// breaks between the end of the message and the server's answer.
func (m *Mail) send(ctx context.Context, message message) result {
	if err := m.Check(); err != nil {
		return result{state: subscription.Failed, note: err.Error(), isDown: true}
	}
	letter, err := m.compose(message)
	if err != nil {
		return failed(m.words(err))
	}
	var open net.Conn
	client, err := m.client(&open)
	if err != nil {
		return result{state: subscription.Failed, note: m.words(err), isDown: true}
	}
	dialing, stop := context.WithTimeout(ctx, dialTimeout)
	defer stop()
	connection, err := client.DialToSMTPClientWithContext(dialing)
	if err != nil {
		if open != nil {
			_ = open.Close() // the library leaves it open
		}
		return result{state: subscription.Failed, note: m.Address() + ": " + m.words(err), isDown: true}
	}
	err = client.SendWithSMTPClient(connection, letter)
	if letter.IsDelivered() {
		_ = client.CloseWithSMTPClient(connection) // the message is taken; how we part does not matter
		return result{state: subscription.Sent}
	}
	// Not politely: a QUIT in the middle of a message would end it, and have half of it delivered.
	_ = connection.Close()
	return m.judge(err)
}

// client gives a way to the server; open becomes the connection, but for one that is encrypted from the first byte on.
func (m *Mail) client(open *net.Conn) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(m.Port), gomail.WithTimeout(m.Timeout), gomail.WithoutRset(),
		gomail.WithTLSConfig(&tls.Config{ServerName: m.Host, MinVersion: tls.VersionTLS12, RootCAs: m.roots}),
	}
	dial := gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (connection net.Conn, err error) {
		connection, err = new(net.Dialer).DialContext(ctx, network, address)
		*open = connection
		return connection, err
	})
	switch m.TLS {
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory), dial)
	case TLS:
		options = append(options, gomail.WithSSL())
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS), dial)
	}
	if m.User != "" {
		auth := gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover)
		if m.TLS == NoTLS {
			auth = gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc)
		}
		options = append(options, auth, gomail.WithUsername(m.User), gomail.WithPassword(m.Password))
	}
	return gomail.NewClient(m.Host, options...)
}

func (m *Mail) compose(from message) (*gomail.Msg, error) {
	letter := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	letter.FromMailAddress(&m.From)
	if err := letter.To(from.To); err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(m.From.Address, "@")
	letter.SetMessageIDWithValue(from.ID + "@" + domain)
	letter.SetDateWithValue(from.Date)
	letter.Subject(from.Subject)
	letter.SetUserAgent("Fillrate")
	letter.SetGenHeader("Auto-Submitted", "auto-generated") // no answers from who is on leave
	letter.SetGenHeader("X-Auto-Response-Suppress", "All")
	letter.SetBodyString(gomail.TypeTextPlain, from.Text)
	if from.HTML != "" {
		letter.AddAlternativeString(gomail.TypeTextHTML, from.HTML)
	}
	for _, file := range from.Files {
		// From memory: what could fail while the message is under way, but the connection, is behind us.
		if err := letter.AttachReader(file.Name, bytes.NewReader(file.Bytes), gomail.WithFileContentType(gomail.ContentType(file.MIME))); err != nil {
			return nil, err
		}
	}
	return letter, nil
}

// refusals say what a mail server did not take.
var refusals = map[gomail.SendErrReason]string{
	gomail.ErrSMTPMailFrom: "the mail server refused the sender", gomail.ErrSMTPRcptTo: "the mail server refused the address",
	gomail.ErrSMTPData: "the mail server refused the message", gomail.ErrSMTPDataClose: "the mail server refused the message",
}

// judge says what an error means for the message.
func (m *Mail) judge(err error) result {
	note := m.words(err)
	sending := new(gomail.SendError)
	if !errors.As(err, &sending) {
		return failed(note)
	}
	isRefused := sending.ErrorCode() >= 500
	if said := refusals[sending.Reason]; said != "" && sending.ErrorCode() > 0 {
		note = said + strings.TrimPrefix(note, sending.Reason.String())
	}
	switch sending.Reason {
	case gomail.ErrSMTPDataClose:
		switch {
		case sending.ErrorCode() == 0:
			return result{state: subscription.Unclear, note: "the mail server may have taken it: the connection ended before it said so (" + note + ")"}
		case isRefused:
			return result{state: subscription.GivenUp, note: note}
		}
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData:
		if isRefused {
			return result{state: subscription.GivenUp, note: note}
		}
	case gomail.ErrConnCheck:
		return result{state: subscription.Failed, note: note, isDown: true}
	}
	return failed(note)
}

// words says an error in a line that names no password, as some servers give back what they were sent.
func (m *Mail) words(err error) string {
	if err == nil {
		return "the mail server gave no answer"
	}
	text, _, _ := strings.Cut(err.Error(), ", affected ")
	if m.Password == "" {
		return text
	}
	encode := base64.StdEncoding.EncodeToString
	return strings.NewReplacer(
		m.Password, "***", encode([]byte(m.Password)), "***", encode([]byte("\x00"+m.User+"\x00"+m.Password)), "***",
	).Replace(text)
}

// Test sends a short message, so that a person sees that the settings are right.
func (m *Mail) Test(ctx context.Context, to, subject, text, id string, now time.Time) error {
	result := m.send(ctx, message{To: to, ID: id, Date: now, Subject: subject, Text: text})
	if result.state == subscription.Sent {
		return nil
	}
	return &queries.Error{Code: queries.Unavailable, Message: "the test mail was not sent: " + result.note}
}

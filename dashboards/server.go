package dashboards

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fillrate/fillrate/dashboards/press"
	"github.com/fillrate/fillrate/queries"
	"github.com/fillrate/fillrate/queries/campaign"
	"github.com/fillrate/fillrate/queries/settings"
	"github.com/fillrate/fillrate/queries/store"
	"github.com/fillrate/fillrate/queries/subscription"
)

// Options is what a server needs to know.
type Options struct {
	Store   store.Store
	Addr    string // 127.0.0.1:8080; a loopback address, as there is no login
	Version string
	Logger  *slog.Logger // nil: slog.Default()
	// Campaigns is the record of what the library did; nil: the outreach pages say that there is none.
	Campaigns *campaign.Book
	// Settings is what the library has settled; nil: nothing, and nothing can be.
	Settings *settings.Book
	// Press makes and issues reports; nil: the pages say that this is off. Subscriptions say who gets which; nil likewise.
	Press         *press.Press
	Subscriptions *subscription.Book
	// Importer takes exports in the browser; nil: the page says that this is off. Uploads is the folder in which their files
	// wait, and MaxUpload how many bytes one import may have (0: 2 GiB).
	Importer  Importer
	Uploads   string
	MaxUpload int64
	// Patience is how long a page waits for its tiles before it is sent without those that are not there yet; 0: 120 ms.
	Patience time.Duration
	// Started is told the address in a browser's words once connections are taken; may be nil.
	Started func(url string)
}

const (
	patience     = 120 * time.Millisecond
	queryTimeout = 30 * time.Second // for one metric, waiting in line included
	stopTimeout  = 10 * time.Second // for what is in flight when the server is stopped
	cacheBytes   = 256 << 20        // of results and pages kept, over all generations
)

// server is what the handlers share.
type server struct {
	store     store.Store
	version   string
	addr      string
	log       *slog.Logger
	cache     *cache
	patience  time.Duration
	warmed    atomic.Int64       // newest generation of which the pages were made ahead
	campaigns *campaign.Book     // nil: none
	settings  *settings.Book     // nil: none
	saving    sync.Mutex         // of settings
	imports   *importDesk        // nil: off
	press     *press.Press       // nil: off
	posts     *subscription.Book // of reports that come by themselves; nil: off
	origins   *http.CrossOriginProtection
	templates map[string]pages       // by language
	scripts   map[string]template.JS // what the scripts say, by language
	static    *staticFiles
	metrics   *serverMetrics
}

// page is a handler. The error it returns becomes a page or JSON in errors.go, and nowhere else.
type page func(*gin.Context) error

// New gives the handler of the whole site.
func New(o Options) (http.Handler, error) {
	_, router, err := build(o)
	return router, err
}

func build(o Options) (*server, http.Handler, error) {
	s := &server{store: o.Store, version: o.Version, addr: o.Addr, log: o.Logger, cache: newCache(cacheBytes, queryTimeout), patience: cmp.Or(o.Patience, patience), campaigns: o.Campaigns, settings: o.Settings, press: o.Press, posts: o.Subscriptions, origins: http.NewCrossOriginProtection()}
	if s.log == nil {
		s.log = slog.Default()
	}
	var err error
	if s.static, err = loadStatic(); err != nil {
		return nil, nil, err
	}
	if !s.static.has("vendor/echarts.min.js") {
		s.log.Warn("this binary was built without ECharts, so the pages show tables only: build it with `make build`")
	}
	if s.templates, err = parseTemplates(s.static); err != nil {
		return nil, nil, err
	}
	if s.scripts, err = scriptWords(); err != nil {
		return nil, nil, err
	}
	s.metrics = newServerMetrics(s)
	if s.imports, err = newImportDesk(o, s.log); err != nil {
		return nil, nil, err
	}

	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	if err := router.SetTrustedProxies(nil); err != nil {
		return nil, nil, err
	}
	router.HandleMethodNotAllowed = true
	router.Use(s.identify, s.observe, s.recover, s.secure, s.guardHost, s.guardOrigin, compress(), s.choose)
	s.routes(router)
	return s, router, nil
}

// routes is the whole site.
func (s *server) routes(r *gin.Engine) {
	for path, page := range map[string]page{
		"/":                                 s.overview,
		"/turnaround":                       s.turnaround,
		"/fill-rate":                        s.fillRate,
		"/overdue":                          s.overdue,
		"/letters.csv":                      s.letters, // the mail merge of what is overdue
		partnersPath:                        s.partners,
		partnerPath:                         s.partner,
		demandPath:                          s.demand,
		collectionsPath:                     s.collections,
		catalogPath:                         s.metricList,
		catalogPath + "/:metric":            s.oneMetric,
		"/rows/:metric":                     s.rows, // the requests behind a number
		outreachPath:                        s.outreach,
		outreachPath + "/new":               s.newCampaign,
		outreachPath + "/plan":              s.planCampaign,
		campaignPath:                        s.campaign,
		campaignPath + "/edit":              s.editCampaign,
		campaignPath + "/remove":            s.removeCampaign,
		campaignPath + "/:file":             s.campaignFile,
		importPath:                          s.importPage,
		oneImportPath:                       s.showImport,
		oneImportPath + "/events":           s.importEvents,
		settingsPath:                        s.settingsPage,
		reportsPath:                         s.reports,
		draftPath:                           s.draftPage,
		issuePath:                           s.askIssue,
		editionsPath + "/:id":               s.edition,
		editionsPath + "/:id/:file":         s.editionFile,
		builderPath:                         s.newReport,
		savedReportsPath + "/:name":         s.editReport,
		savedReportsPath + "/:name/remove":  s.askRemoveReport,
		subscriptionsPath + "/new":          s.newSubscription,
		subscriptionsPath + "/:name":        s.subscription,
		subscriptionsPath + "/:name/remove": s.askUnsubscribe,
		worklistsPath:                       s.worklists,
		"/data":                             s.data,
		rejectsPath:                         s.downloadRejects,
		"/definitions":                      s.definitions,
		choicesPath + ":dimension":          s.choices,  // what the search fields of the filter find
		"/download/:file":                   s.download, // fill_rate.csv

		"/api/v1/metrics":              s.apiCatalog,
		"/api/v1/metrics/:metric":      s.apiMetric,
		"/api/v1/campaigns":            s.apiCampaigns,
		"/api/v1/campaigns/:id/impact": s.apiImpact,
		"/api/openapi.json":            s.apiDescription,

		"/healthz": s.healthz,
		"/readyz":  s.readyz,
		"/metrics": s.prometheus,

		"/static/:hash/*file": s.serveStatic,
		"/favicon.ico":        s.favicon,
	} {
		r.GET(path, s.handle(page))
		r.HEAD(path, s.handle(page))
	}
	for _, format := range press.Formats() {
		r.GET(draftPath+"."+format.Extension, s.handle(s.draftFile(format)))
		r.HEAD(draftPath+"."+format.Extension, s.handle(s.draftFile(format)))
	}
	for path, page := range map[string]page{
		outreachPath + "/new":               s.addCampaign,
		outreachPath + "/import":            s.importCampaigns,
		campaignPath + "/edit":              s.changeCampaign,
		campaignPath + "/remove":            s.dropCampaign,
		settingsPath:                        s.changeSettings,
		issuePath:                           s.issue,
		builderPath:                         s.saveReport,
		savedReportsPath + "/:name":         s.changeReport,
		savedReportsPath + "/:name/remove":  s.removeReport,
		subscriptionsPath + "/new":          s.subscribe,
		subscriptionsPath + "/:name":        s.pauseSubscription,
		subscriptionsPath + "/:name/remove": s.unsubscribe,
		importPath:                          s.takeImport,
		oneImportPath:                       s.retryImport,
		oneImportPath + "/confirm":          s.confirmImport,
		oneImportPath + "/cancel":           s.cancelImport,
		generationPath:                      s.makeCurrent,
	} {
		r.POST(path, s.handle(page))
	}
	r.NoRoute(s.handle(func(*gin.Context) error {
		return refuse(queries.NotFound, "problem.no_page")
	}))
	r.NoMethod(s.handle(func(*gin.Context) error { return errReadOnly }))
}

func (s *server) handle(p page) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := p(c)
		var page kept
		if errors.As(err, &page) {
			err = page.send(c)
		}
		if err != nil {
			s.fail(c, err)
		}
	}
}

// Serve runs the site until ctx ends; requests in flight then have ten seconds to finish.
func Serve(ctx context.Context, o Options) error {
	if err := checkAddress(o.Addr); err != nil {
		return err
	}
	site, handler, err := build(o)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.Addr)
	if err != nil {
		return fmt.Errorf("cannot take connections on %s: %w; choose another address with --addr", o.Addr, err)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      queryTimeout + 30*time.Second, // downloads put it off themselves
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	if o.Started != nil {
		o.Started("http://" + listener.Addr().String())
	}
	warming := make(chan struct{})
	go func() {
		defer close(warming)
		site.warmUp(ctx, handler)
	}()
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		left := site.imports.close() // ends the streams of their progress too
		err := server.Shutdown(patience)
		if errors.Is(err, context.DeadlineExceeded) {
			err = server.Close()
		}
		stopped <- errors.Join(left, err)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	err = <-stopped
	<-warming // it reads the store
	return errors.Join(err, o.Store.Close())
}

// checkAddress refuses addresses that others on the network can reach: whoever can open the pages can read them.
func checkAddress(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--addr %q is not an address: write it as 127.0.0.1:8080", addr)
	}
	if !isLoopback(host) {
		return fmt.Errorf("--addr %s would let the whole network read the data, as there is no login: use 127.0.0.1, and a reverse proxy with a login for other computers", addr)
	}
	return nil
}

// isLoopback says whether only this computer can reach host.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

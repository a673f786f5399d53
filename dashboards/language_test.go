package dashboards

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// ask reads a page as a browser would that prefers a language and, unless empty, has the cookie of another.
func ask(t *testing.T, site http.Handler, path, accept, cookie string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	request.Host = "localhost"
	request.Header.Set("Accept-Language", accept)
	if cookie != "" {
		request.AddCookie(&http.Cookie{Name: langKey, Value: cookie})
	}
	recorder := httptest.NewRecorder()
	site.ServeHTTP(recorder, request)
	return recorder
}

func TestLanguageOfAPage(t *testing.T) {
	site := testSite(t, testHistory(t))
	for name, test := range map[string]struct{ path, accept, cookie, want string }{
		"nothing asked":           {"/", "", "", `<html lang="en"`},
		"the browser's":           {"/", "pt-BR,pt;q=0.9,en;q=0.5", "", `<html lang="pt-BR"`},
		"a near one":              {"/", "pt", "", `<html lang="pt-BR"`},
		"none that we have":       {"/", "fi", "", `<html lang="en"`},
		"chosen before":           {"/", "en", "pt-BR", `<html lang="pt-BR"`},
		"a cookie that is wrong":  {"/", "pt-BR", "xx", `<html lang="pt-BR"`},
		"an error":                {"/nowhere", "pt-BR", "", "Essa página não existe aqui."},
		"an error for a program":  {"/api/v1/campaigns", "pt-BR", "pt-BR", "This server was started without a campaign record"},
		"a page's numbers":        {"/fill-rate?preset=all", "pt-BR", "", "%"},
		"an error of a parameter": {"/?compare=x", "pt-BR", "", "Não há comparação chamada"},
	} {
		response := ask(t, site, test.path, test.accept, test.cookie)
		if !strings.Contains(response.Body.String(), test.want) {
			t.Errorf("%s: lacks %q:\n%.400s", name, test.want, response.Body)
		}
		vary := strings.Join(response.Header().Values("Vary"), ", ")
		if !strings.HasPrefix(test.path, "/api/") && (!strings.Contains(vary, "Cookie") || !strings.Contains(vary, "Accept-Language")) {
			t.Errorf("%s: Vary is %q", name, vary)
		}
	}
	if page := ask(t, site, "/fill-rate?preset=all", "pt-BR", "").Body.String(); !strings.Contains(page, ",0%") && !strings.Contains(page, "0,") {
		t.Error("a page in Portuguese writes numbers as in English")
	}
}

func TestChoosingALanguage(t *testing.T) {
	site := testSite(t, testHistory(t))
	for _, test := range []struct {
		path, to string
		status   int
	}{
		{"/fill-rate?lang=pt-BR&department=A%26B", "/fill-rate?department=A%26B", 303},
		{"/?lang=en", "/", 303},
		{"/outreach/a%2Fb?lang=en", "/outreach/a%2Fb", 303},
		{"//elsewhere.example/?lang=en", "/elsewhere.example/", 303},
		{"/?lang=xx", "", 400},
		{"/?lang=", "", 400},
		{"/api/v1/metrics/volume?lang=en", "", 400},
	} {
		response := ask(t, site, "http://localhost"+test.path, "", "")
		cookies := response.Result().Cookies()
		i := slices.IndexFunc(cookies, func(c *http.Cookie) bool { return c.Name == langKey })
		if response.Code != test.status || response.Header().Get("Location") != test.to || (i >= 0) != (test.to != "") {
			t.Errorf("%s: %d to %q, cookies %v", test.path, response.Code, response.Header().Get("Location"), cookies)
			continue
		}
		if i >= 0 && (!cookies[i].HttpOnly || cookies[i].Path != "/" || cookies[i].SameSite != http.SameSiteLaxMode || cookies[i].MaxAge < 300*24*3600) {
			t.Errorf("%s: the cookie is %v", test.path, cookies[i])
		}
	}
}

func TestWordsOfScriptsEndNoScript(t *testing.T) {
	all, err := scriptWords()
	if err != nil {
		t.Fatal(err)
	}
	for tag, words := range all {
		if strings.ContainsAny(string(words), "<>&") || !strings.Contains(string(words), `"lang":"`+tag+`"`) {
			t.Errorf("%s: %.200s", tag, words)
		}
	}
}

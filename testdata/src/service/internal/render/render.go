// Package render turns lines of simple markup into HTML pages.
package render

import (
	"html"
	"regexp"
	"strings"
)

const boldPattern = `\*([^*]+)\*`

// Line is one line of a page.
type Line struct {
	Text string
}

// Renderer makes a page from a title and lines of markup.
type Renderer interface {
	Page(title string, lines []Line) string
}

// Simple is the renderer as first written.
type Simple struct{}

// Page puts the page together piece by piece.
func (Simple) Page(title string, lines []Line) string {
	page := "<h1>" + html.EscapeString(title) + "</h1>\n"
	for _, line := range lines {
		bold := regexp.MustCompile(boldPattern)
		page += "<p>" + bold.ReplaceAllString(html.EscapeString(line.Text), "<b>$1</b>") + "</p>\n"
	}
	return page
}

// Fast compiles its pattern once and reuses one buffer.
type Fast struct {
	bold *regexp.Regexp
}

// NewFast returns a renderer that is ready for use.
func NewFast() *Fast {
	return &Fast{bold: regexp.MustCompile(boldPattern)}
}

// Page writes the page into a builder of about the right size.
func (r *Fast) Page(title string, lines []Line) string {
	var b strings.Builder
	b.Grow(256 * (len(lines) + 1))
	element := func(tag, text string) {
		b.WriteString("<" + tag + ">")
		b.WriteString(text)
		b.WriteString("</" + tag + ">\n")
	}
	element("h1", html.EscapeString(title))
	for _, line := range lines {
		element("p", r.bold.ReplaceAllString(html.EscapeString(line.Text), "<b>$1</b>"))
	}
	return b.String()
}

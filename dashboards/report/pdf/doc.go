// Package pdf writes a report as a PDF: A4 or Letter, text that can be searched, charts as vectors, a bookmark for each
// section. The same report gives the same bytes.
//
// Its fonts are Liberation's, cut down to the letters that are used. A letter that they lack becomes a box, and the last
// pages say so. Text from right to left is put into the order in which it is seen, line by line; it is not shaped, which
// Hebrew does not need.
package pdf

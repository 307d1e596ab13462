// Package football has what all sources of football matches share: the kinds of
// event, a model of who will win, and the telling of matches: of those that have been
// played ([Match]) and of those that are followed while they last ([Live]). So a
// mapping that plays one source of football plays them all.
package football

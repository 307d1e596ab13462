// Package hook takes what a service delivers to an address of ours: webhooks. It
// knows how services sign (Scheme), checks signature, age and repetition over the
// bytes as they came, before anything reads them, and answers at once; what it took
// waits in a bounded queue for the one goroutine that makes events of it. So a
// sender never waits for music, and a flood costs what the queue holds and no more.
//
//	service --POST--> web: limits --Call--> door.answer: verify, seen?, queue --Reply-->
//	                                                        |
//	                                      Run: normaliser --emit--> the station
//
// What is refused is refused without a reason: a stranger learns nothing from a
// wrong signature but that it is wrong. The reasons are counted in the Tally, where
// those who run the piece see them.
package hook

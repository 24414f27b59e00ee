// Package testspeed tells tests how fast the program that they are in is.
package testspeed

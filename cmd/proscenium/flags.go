package main

import (
	"errors"
	"fmt"
	"strings"

	"proscenium/sonify"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError says what is wrong with a flag of c and which one was meant: one of nearly
// that name, or, of the program without a command, the command that has it.
func flagError(c *cobra.Command, err error) error {
	where := ""
	if c.HasParent() {
		where = c.Name() + ": "
	}
	help := fmt.Sprintf("%q lists what there is", c.CommandPath()+" --help")
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		name := unknown.GetSpecifiedName()
		if near := sonify.Nearest(name, flagNames(c)); near != "" {
			help = fmt.Sprintf("did you mean %q? %s", "--"+near, help)
		} else if have := withFlag(c, name); len(have) > 0 {
			help = fmt.Sprintf("that goes with a command: %s", strings.Join(have, ", "))
		}
	}
	return usagef("%s%w (%s)", where, err, help)
}

func flagNames(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return names
}

// withFlag returns how the commands below c that have a flag of that name are called with
// it.
func withFlag(c *cobra.Command, name string) []string {
	var have []string
	for _, sub := range c.Commands() {
		if f := sub.Flags().Lookup(name); f != nil && !sub.Hidden {
			have = append(have, fmt.Sprintf("%q", sub.CommandPath()+" --"+name))
		}
	}
	return have
}

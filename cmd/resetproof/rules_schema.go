package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"resetproof/rules"
)

func rulesSchemaCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "schema [NAME]",
		Short: "Print the JSON Schema of a file that you write, for your editor",
		Long: `schema prints the JSON Schema (draft 2020-12) of one of the files that users write; without
a NAME it lists them. Editors complete keys and mark mistakes by it.`,
		Example: `  resetproof rules schema
  resetproof rules schema policy > policy.schema.json`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := fmt.Fprintln(a.out, strings.Join(rules.SchemaNames(), "\n"))
				return err
			}
			text, err := rules.SchemaText(args[0])
			if err != nil {
				return usage(err, rules.Meant(args[0], rules.SchemaNames()))
			}
			_, err = a.out.Write(text)
			return err
		},
	}
}

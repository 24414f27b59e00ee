package sweep

import (
	"slices"
	"strings"

	"staleness/experiments/internal/document"
)

// An Order is the values along one axis as the file has them, for figures and tables.
type Order struct {
	Name    string // of a labelled axis, or a key of the configuration
	Labels  bool   // the axis is labelled
	Entries []OrderEntry
}

// An OrderEntry is a value along an axis.
type OrderEntry struct {
	Value any            // of a labelled axis, the label
	Looks map[string]any // what the entry says of its looks
	At    string         // path in the document
}

// lookKeys are the keys of an entry of an axis that concern figures alone.
var lookKeys = []string{"color", "dash"}

// longest is the number of values of an axis beyond which no figure tells them apart.
const longest = 100

// Orders are those of the axes. Values that are drawn have none, nor have axes too long for any
// figure.
func (e *Plan) Orders() (orders []Order) {
	for _, a := range e.axes {
		switch {
		case a.drawn || len(a.options) > longest:
		case a.labels:
			o := Order{Name: a.name, Labels: true}
			for i, option := range a.options {
				o.Entries = append(o.Entries, OrderEntry{option.label, option.looks, document.Element(a.place, i)})
			}
			orders = append(orders, o)
		default:
			for k := range a.options[0].changes {
				o := Order{Name: document.PathString(a.options[0].changes[k].path)}
				for _, option := range a.options {
					c := option.changes[k]
					o.Entries = append(o.Entries, OrderEntry{Value: c.value, At: c.from})
				}
				orders = append(orders, o)
			}
		}
	}
	return orders
}

// ReadOrders are those of a document that need not be an experiment: its entries need not set
// anything.
func ReadOrders(doc *document.Document) ([]Order, error) {
	e := &Plan{Head: Head{Seed: 1}, Doc: doc, partial: true}
	if err := e.readAxes(); err != nil {
		return nil, doc.Fault("", err)
	}
	if err := e.readSweep(); err != nil {
		return nil, doc.Fault("", err)
	}
	return e.Orders(), nil
}

// WriteOrders writes them so that ReadOrders reads them.
func WriteOrders(b *strings.Builder, orders []Order) {
	swept := map[string]any{}
	for _, o := range orders {
		var values []any
		for _, entry := range o.Entries {
			if values = append(values, entry.Value); !o.Labels {
				continue
			}
			table := map[string]any{"label": entry.Value}
			for k, v := range entry.Looks {
				table[k] = v
			}
			document.WriteSection(b, "[axis."+document.KeyLiteral(o.Name)+"]", table)
		}
		if !o.Labels {
			swept[o.Name] = values
		}
	}
	if len(swept) > 0 {
		document.WriteSection(b, "sweep", swept)
	}
}

// Join adds the orders of a further experiment: of an axis that both have, the entries that are
// new.
func Join(orders, further []Order) []Order {
	for _, f := range further {
		i := slices.IndexFunc(orders, func(o Order) bool { return o.Name == f.Name })
		if i < 0 {
			orders = append(orders, f)
			continue
		}
		for _, entry := range f.Entries {
			known := func(x OrderEntry) bool { return document.Literal(x.Value) == document.Literal(entry.Value) }
			if !slices.ContainsFunc(orders[i].Entries, known) {
				orders[i].Entries = append(orders[i].Entries, entry)
			}
		}
	}
	return orders
}

package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"

	"staleness/internal/files"
)

// A Model is what a run has trained, and what is needed to use it.
type Model struct {
	Run   string `json:"run"`   // run-id
	Build string `json:"build"` // of the sources that made it
	// the table [problem] of the run as TOML, nothing left to defaults, paths absolute
	Problem string `json:"problem"`
	Seed    uint64 `json:"seed"`  // of what was held out, and of synthetic data
	Data    string `json:"data"`  // hash of the data by content; "" for a problem without
	Point   string `json:"point"` // what the vectors are, as in the column point of eval.csv
	// the members of the ensemble vote; else the mean of their probabilities decides
	Vote      bool   `json:"vote"`
	Precision string `json:"precision"` // float32 or float64: how an element is stored
	Dim       int    `json:"dim"`       // elements of a vector
	Count     int    `json:"count"`     // vectors: 1, or the members of an ensemble

	// Count vectors of Dim elements; those of a float32 model are exact
	Vectors [][]float64 `json:"-"`
}

// modelMagic begins every model; its last byte is the version of the format.
const modelMagic = "staleness\x00model\x01"

// maxModelHeader bounds what a damaged length can ask for.
const maxModelHeader = 1 << 20

// encode is the file of a model.
func (m *Model) encode() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	if len(m.Vectors) != m.Count {
		return nil, fmt.Errorf("%d vectors, announced are %d", len(m.Vectors), m.Count)
	}
	head, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	if len(head) > maxModelHeader {
		return nil, fmt.Errorf("its table [problem] has %d bytes, the most is %d", len(m.Problem), maxModelHeader)
	}
	b := make([]byte, 0, len(modelMagic)+4+len(head)+m.Count*m.Dim*m.element()+sha256.Size)
	b = append(b, modelMagic...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(head)))
	b = append(b, head...)
	for i, x := range m.Vectors {
		if len(x) != m.Dim {
			return nil, fmt.Errorf("vector %d has %d elements, announced are %d", i, len(x), m.Dim)
		}
		for _, v := range x {
			if m.element() == 4 {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
			} else {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
			}
		}
	}
	sum := sha256.Sum256(b)
	return append(b, sum[:]...), nil
}

// element is the size of one in bytes.
func (m *Model) element() int {
	if m.Precision == "float32" {
		return 4
	}
	return 8
}

func (m *Model) check() error {
	switch {
	case m.Precision != "float32" && m.Precision != "float64":
		return fmt.Errorf("precision is %q; known: float32, float64", m.Precision)
	case m.Dim < 1 || m.Count < 1 || m.Dim > math.MaxInt/8/m.Count:
		return fmt.Errorf("%d vectors of %d elements: want at least one of each, and no more than memory holds", m.Count, m.Dim)
	}
	return nil
}

// What may be wrong with the file of a model.
var (
	errNoModel      = errors.New("is no model: it does not begin as one; name a run folder, or the file model in it")
	errModelCut     = errors.New("is cut off; copy it again, or remove its run folder and run again")
	errModelDamaged = errors.New("is damaged: its checksum is wrong; copy it again, or remove its run folder and run again")
)

func decodeModel(b []byte) (*Model, error) {
	kind, version := modelMagic[:len(modelMagic)-1], modelMagic[len(modelMagic)-1]
	if !bytes.HasPrefix(b, []byte(kind)) {
		if len(b) < len(kind) && bytes.HasPrefix([]byte(kind), b) {
			return nil, errModelCut
		}
		return nil, errNoModel
	}
	if len(b) < len(modelMagic)+4+sha256.Size {
		return nil, errModelCut
	}
	if v := b[len(kind)]; v != version {
		return nil, fmt.Errorf("is a model of format version %d, known is %d; read it with the sources that wrote it, or train again", v, version)
	}
	body, want := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	sum := sha256.Sum256(body)
	whole := bytes.Equal(sum[:], want)
	// a file that is not whole was cut if it is shorter than it says
	damaged := func(err error) error {
		if !whole {
			return err
		}
		return fmt.Errorf("says what cannot be, though its checksum is right: %w; it was not written by this program", err)
	}
	body = body[len(modelMagic):]
	n := int(binary.LittleEndian.Uint32(body))
	if body = body[4:]; n > maxModelHeader {
		return nil, damaged(errModelDamaged)
	}
	if n > len(body) {
		return nil, damaged(errModelCut)
	}
	m := new(Model)
	if err := json.Unmarshal(body[:n], m); err != nil {
		if !whole {
			return nil, errModelDamaged
		}
		return nil, damaged(err)
	}
	if err := m.check(); err != nil {
		if !whole {
			return nil, errModelDamaged
		}
		return nil, damaged(err)
	}
	switch body = body[n:]; {
	case !whole && len(body) < m.Count*m.Dim*m.element():
		return nil, errModelCut
	case !whole:
		return nil, errModelDamaged
	case len(body) != m.Count*m.Dim*m.element():
		return nil, damaged(fmt.Errorf("%d bytes for %d vectors of %d elements of type %s", len(body), m.Count, m.Dim, m.Precision))
	}
	for range m.Count {
		x := make([]float64, m.Dim)
		for j := range x {
			if m.element() == 4 {
				x[j] = float64(math.Float32frombits(binary.LittleEndian.Uint32(body)))
			} else {
				x[j] = math.Float64frombits(binary.LittleEndian.Uint64(body))
			}
			body = body[m.element():]
		}
		m.Vectors = append(m.Vectors, x)
	}
	return m, nil
}

// WriteModel writes a model to a file, whole or not at all.
func WriteModel(file string, m *Model) error {
	d := osDisk{}
	b, err := m.encode()
	if err == nil {
		err = files.Replaceable(file)
	}
	if err == nil {
		err = stage(d, file, b)
	}
	if err == nil {
		err = d.syncFiles(file + staged)
	}
	if err == nil {
		err = d.rename(file+staged, file)
	}
	if err != nil {
		return fmt.Errorf("record: model %s: %w", file, err)
	}
	return nil
}

// ReadModel reads a file of [WriteModel] or [Writer.Model]. The error is fs.ErrNotExist if there is
// none.
func ReadModel(file string) (*Model, error) {
	b, err := files.Read(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("record: %w; a run leaves its model under record.model = true", err)
	}
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	m, err := decodeModel(b)
	if err != nil {
		return nil, fmt.Errorf("record: %s %w", file, err)
	}
	return m, nil
}

// Model writes the model of the run beside its final name; [Writer.Finish] gives it that name.
func (w *Writer) Model(m *Model) error {
	if w.err != nil {
		return w.err
	}
	b, err := m.encode()
	if err != nil {
		w.err = fmt.Errorf("record: %s: %w", ModelFile, err)
		return w.err
	}
	w.model = &FileSum{int64(len(b)), sumOf(b)}
	return w.fail(stage(w.disk, w.path(ModelFile), b))
}

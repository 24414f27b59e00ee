package data

import (
	"embed"
)

// The embedded sets, compressed, with the notices of their owners beside them.
//
//go:embed embedded
var embedded embed.FS

// FashionMNIST5k is the first 5,000 training and 1,000 test images of Fashion-MNIST.
type FashionMNIST5k struct{}

// Digits are the 1,797 images of the test part of UCI's optical digits; no part of them is set
// aside for tests.
type Digits struct{}

func init() {
	Register("fashion-mnist-5k", "the first 5,000 + 1,000 images of Fashion-MNIST: 28 x 28, 10 classes of clothing; embedded", "Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747; MIT licence", FashionMNIST5k{})
	Register("digits", "1,797 handwritten digits, 8 x 8, grey values 0 to 16; embedded", "Alpaydin and Kaynak 1998, UCI; CC BY 4.0", Digits{})
}

func openEmbedded(b *Builder, name string) (*input, error) {
	f, err := embedded.Open("embedded/" + name)
	if err != nil {
		return nil, err
	}
	return newInput(b, name, f, f.Close)
}

// Read implements Source.
func (FashionMNIST5k) Read(b *Builder, test bool) error {
	b.Classed(10)
	prefix := "fashion-mnist-5k/train"
	if test {
		prefix = "fashion-mnist-5k/t10k"
	}
	images, err := openEmbedded(b, prefix+"-images-idx3-ubyte.gz")
	if err != nil {
		return err
	}
	defer images.close()
	labels, err := openEmbedded(b, prefix+"-labels-idx1-ubyte.gz")
	if err != nil {
		return err
	}
	defer labels.close()
	return readIDX(b, images, labels)
}

// Read implements Source.
func (Digits) Read(b *Builder, test bool) error {
	if test {
		return ErrNoTest
	}
	b.Classed(10)
	b.Ranged(0, 16)
	in, err := openEmbedded(b, "digits/digits.csv.gz")
	if err != nil {
		return err
	}
	defer in.close()
	if err := readCSV(b, in, CSV{Label: "last", Header: "no"}); err != nil {
		return err
	}
	b.Shaped(Shape{1, 8, 8})
	return nil
}

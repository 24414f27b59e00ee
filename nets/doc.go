// Package nets holds the problems that methods minimise: f(x) = 1/N sum f_i(x), where x is one flat
// vector and f_i the loss of sample i, with gradients over minibatches computed for real.
//
// # What is here
//
// Quadratics with normal noise (quadratic.go), for which theory is exact; least squares and
// logistic regression (leastsquares.go, logistic.go, on linear.go), whose minimum and curvature are
// known; softmax regression (softmax.go); nets of layers: mlp.go, LeNet and conv (conv.go); and
// language models (language.go): transformer.go, with attention.go, and lstm.go.
// nonconvexquadratic.go, nonconvexlogistic.go and phaseretrieval.go are not convex: a finite sum of
// quadratics with negative eigenvalues, a regularizer that bends down, two minima that are known.
// Linear problems compute on samples that are held by their features that are not 0, with the bits
// that whole samples give.
// Their data sets and how these are cut, scaled and shared out to workers are package data's, the
// kernels that compute are package vec's, and package netstest holds what every problem must keep.
//
// # A problem
//
// What a simulation needs is [Problem]: a dimension, a number of samples, a start, and Grad. The
// rest is optional and found by type assertion: an [Evaluator] can be measured on training,
// validation and test parts, a [Solved] problem knows its minimum, a [Smooth] one its constants, a
// [Regularized] one has a term that no sample carries, a [Predictor] gives class probabilities, a
// [Stepper] takes a plain step within the products that make the gradient, a [Sized] one says what
// memory it takes, and a [Shaped] one tells names, shapes and offsets of its parameters.
//
// Grad is pure: a function of x and of the batch, whatever was called before, and in whichever
// goroutine. Everything rests on that, since a simulator computes gradients out of order and side
// by side, and a run must have the same bits each time. So noise and dropout are drawn from
// addressed random streams, by the samples of the batch, and what a call needs of memory it takes
// from its caller's [Workspace].
//
// # From a table to a problem
//
// A configuration is a plain struct that embeds [Common] (and [WithData], if it is on data) and is
// registered by [Register] under its kind. [Decode] makes it of a [problem] table, [Build] makes
// the problem of it in either precision, once for all runs that share it, and [NewSampler] chooses
// the minibatches of every worker.
//
// # Layers
//
// resnet.go is the family of small residual nets, of layers that conv takes too: skip connections
// (residual.go), group norm (groupnorm.go), strides and means of planes (average.go).
//
// A net is a chain of layers over a piece of x each (network.go): weights first, then biases, layer
// by layer, as a model in a file has them. A [Layer] is a configuration that knows the shape of
// what it gives; the [Transform] made of it goes forward and backward (layer.go). dense.go,
// convolution.go, pool.go and dropout.go are one each; more are added by [RegisterLayer].
package nets

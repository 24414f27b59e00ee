package vec

// The steps of optimizers. Each has a form that leaves x where it is and writes to dst, which may
// be any of its vectors.

// Momentum is a heavy-ball step (Polyak 1964):
//
//	v <- mu v - rate g
//	x <- x + v
func Momentum[F Float](x, v, g []F, mu, rate F) { MomentumTo(x, x, v, g, mu, rate) }

// MomentumTo is Momentum into another vector: dst <- x + v.
func MomentumTo[F Float](dst, x, v, g []F, mu, rate F) {
	sameLength("MomentumTo", len(dst), len(x), len(v), len(g))
	for i := momentumToFast(dst, x, v, g, mu, rate); i < len(dst); i++ {
		v[i] = F(mu*v[i]) - F(rate*g[i])
		dst[i] = x[i] + v[i]
	}
}

// NesterovTo is a step of Nesterov's momentum where x is the look-ahead point itself, so that g is
// the gradient at x (Sutskever et al. 2013, with x for their theta + mu v):
//
//	v <- mu v - rate g
//	dst <- x + (mu v - rate g), with the new v
func NesterovTo[F Float](dst, x, v, g []F, mu, rate F) {
	sameLength("NesterovTo", len(dst), len(x), len(v), len(g))
	for i := nesterovToFast(dst, x, v, g, mu, rate); i < len(dst); i++ {
		s := F(rate * g[i])
		v[i] = F(mu*v[i]) - s
		dst[i] = x[i] + (F(mu*v[i]) - s)
	}
}

// AdagradTo is a step of Duchi, Hazan, Singer 2011, diagonal form:
//
//	acc <- acc + g g
//	dst <- x - rate g / (√acc + eps)
func AdagradTo[F Float](dst, x, acc, g []F, rate, eps F) {
	sameLength("AdagradTo", len(dst), len(x), len(acc), len(g))
	for i := adagradToFast(dst, x, acc, g, rate, eps); i < len(dst); i++ {
		acc[i] += F(g[i] * g[i])
		dst[i] = x[i] - F(rate*g[i])/(sqrt(acc[i])+eps)
	}
}

// RMSPropTo is a step of Tieleman and Hinton 2012 (lecture 6.5 of their course):
//
//	acc <- rho acc + (1-rho) g g
//	dst <- x - rate g / (√acc + eps)
func RMSPropTo[F Float](dst, x, acc, g []F, rate, rho, eps F) {
	sameLength("RMSPropTo", len(dst), len(x), len(acc), len(g))
	rest := 1 - rho
	for i := rmsPropToFast(dst, x, acc, g, rate, rho, rest, eps); i < len(dst); i++ {
		acc[i] = F(rho*acc[i]) + F(rest*F(g[i]*g[i]))
		dst[i] = x[i] - F(rate*g[i])/(sqrt(acc[i])+eps)
	}
}

// AdamStep holds the scalars of one Adam step. MeanScale and VarScale are the bias corrections of
// this step, 1/(1-Beta1^t) and 1/(1-Beta2^t); 1 leaves the bias in. Decay is decoupled (AdamW); 0
// is plain Adam.
type AdamStep[F Float] struct {
	Rate, Beta1, Beta2, Eps, Decay F
	MeanScale, VarScale            F
}

// AdamTo is a step of Kingma and Ba 2015, with the decoupled decay of Loshchilov and Hutter 2019:
//
//	m <- beta1 m + (1-beta1) g
//	v <- beta2 v + (1-beta2) g g
//	dst <- x - rate (m meanScale / (√(v varScale) + eps) + decay x)
func AdamTo[F Float](dst, x, m, v, g []F, s AdamStep[F]) {
	sameLength("AdamTo", len(dst), len(x), len(m), len(v), len(g))
	rest1, rest2 := 1-s.Beta1, 1-s.Beta2
	for i := adamToFast(dst, x, m, v, g, s.Rate, s.Beta1, rest1, s.Beta2, rest2, s.Eps, s.Decay, s.MeanScale, s.VarScale); i < len(dst); i++ {
		m[i] = F(s.Beta1*m[i]) + F(rest1*g[i])
		v[i] = F(s.Beta2*v[i]) + F(rest2*F(g[i]*g[i]))
		step := F(m[i]*s.MeanScale)/(sqrt(F(v[i]*s.VarScale))+s.Eps) + F(s.Decay*x[i])
		dst[i] = x[i] - F(s.Rate*step)
	}
}

// Elastic is the worker's half of an elastic exchange (Zhang, Choromanska, LeCun 2015):
//
//	d <- alpha (x - c)
//	x <- x - d
func Elastic[F Float](x, d, c []F, alpha F) {
	sameLength("Elastic", len(x), len(d), len(c))
	for i := elasticFast(x, d, c, alpha); i < len(x); i++ {
		d[i] = F(alpha * (x[i] - c[i]))
		x[i] -= d[i]
	}
}

// Exchange is the whole elastic exchange at one instant:
//
//	d = alpha (x - c)
//	x <- x - d
//	c <- c + d
func Exchange[F Float](x, c []F, alpha F) {
	sameLength("Exchange", len(x), len(c))
	for i := exchangeFast(x, c, alpha); i < len(x); i++ {
		d := F(alpha * (x[i] - c[i]))
		x[i] -= d
		c[i] += d
	}
}

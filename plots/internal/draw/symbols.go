package draw

// symbols are what the commands of TeX stand for, as far as the Liberation fonts have it, and the
// gradient, which they have not.
var symbols = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
	"theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
	"rho": "ρ", "sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ",
	"omega": "ω",
	"Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ",
	"Psi": "Ψ", "Omega": "Ω",
	"infty": "∞", "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫", "ell": "ℓ", "star": "*", "ast": "*",
	"prime": "′", "dots": "…", "ldots": "…", "cdots": "…", "degree": "°", "circ": "°", "dagger": "†",

	"{": "{", "}": "}", "%": "%", "#": "#", "&": "&", "_": "_", "$": "$", "|": "‖", "Vert": "‖", "vert": "|", "lbrace": "{",
	"rbrace": "}",
	"le":     "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "equiv": "≡",
	"to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←",
	"lt": "<", "gt": ">", "mid": "|",
	"times": "×", "cdot": "·", "pm": "±", "div": "÷", "cap": "∩",
}

// Relations and binary operators stand apart from what they join, a relation a little more.
const (
	relations = "=<>≤≥≠≈≡→←:"
	operators = "+−×·±÷∩"
)

// functions are words set upright.
var functions = map[string]bool{
	"log": true, "ln": true, "exp": true, "max": true, "min": true, "sin": true, "cos": true, "tan": true, "lim": true, "sup": true,
	"inf": true, "arg": true, "argmin": true, "argmax": true, "det": true, "Pr": true, "var": true, "E": true, "tr": true,
}

// accents stand above a letter.
var accents = map[string]string{"bar": "¯", "overline": "¯", "hat": "ˆ", "tilde": "˜", "dot": "˙", "ddot": "¨", "vec": "→"}

// spaces are widths in the size of the text.
var spaces = map[string]float64{",": 1. / 6, ":": 2. / 9, ";": 5. / 18, "!": -1. / 6, " ": .25, "quad": 1, "qquad": 2}

// upright are commands whose argument is text. The fonts have no double letters, bold ones stand
// for them.
var upright = map[string]mathFont{
	"mathrm": roman, "text": roman, "textrm": roman, "operatorname": roman, "mathbf": bold, "mathbb": bold, "boldsymbol": bold,
	"mathit": italic, "textit": italic, "mathcal": italic,
}

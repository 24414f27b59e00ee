//go:build !amd64 || purego

package vec

// The fast halves, where there are none: each says how many elements it has done, or that it has
// done nothing.

func axpyFast[F Float]([]F, F, []F) int                                          { return 0 }
func axpyToFast[F Float]([]F, F, []F, []F) int                                   { return 0 }
func axpySubFast[F Float]([]F, F, []F, []F, []F) int                             { return 0 }
func scaleToFast[F Float]([]F, F, []F) int                                       { return 0 }
func addFast[F Float]([]F, []F, []F) int                                         { return 0 }
func subFast[F Float]([]F, []F, []F) int                                         { return 0 }
func mulFast[F Float]([]F, []F, []F) int                                         { return 0 }
func lerpToFast[F Float]([]F, []F, F, []F) int                                   { return 0 }
func expToFast[F Float]([]F, []F) int                                            { return 0 }
func logNormalFast[F Float]([]F, []F) int                                        { return 0 }
func tanhToFast[F Float]([]F, []F) int                                           { return 0 }
func tanhGradFast[F Float]([]F, []F) int                                         { return 0 }
func reluGradFast[F Float]([]F, []F) int                                         { return 0 }
func momentumToFast[F Float]([]F, []F, []F, []F, F, F) int                       { return 0 }
func nesterovToFast[F Float]([]F, []F, []F, []F, F, F) int                       { return 0 }
func adagradToFast[F Float]([]F, []F, []F, []F, F, F) int                        { return 0 }
func rmsPropToFast[F Float]([]F, []F, []F, []F, F, F, F, F) int                  { return 0 }
func adamToFast[F Float]([]F, []F, []F, []F, []F, F, F, F, F, F, F, F, F, F) int { return 0 }
func elasticFast[F Float]([]F, []F, []F, F) int                                  { return 0 }
func exchangeFast[F Float]([]F, []F, F) int                                      { return 0 }
func softmaxGradFast[F Float]([]F, F, F) int                                     { return 0 }
func expShiftFast[F Float]([]F, []F, F) int                                      { return 0 }
func geluArgFast[F Float]([]F, []F) int                                          { return 0 }
func geluOfFast[F Float]([]F, []F, []F) int                                      { return 0 }
func geluGradFast[F Float]([]F, []F, []F) int                                    { return 0 }
func sigmoidToFast[F Float]([]F, []F) int                                        { return 0 }
func sigmoidGradFast[F Float]([]F, []F) int                                      { return 0 }
func mulAddFast[F Float]([]F, []F, []F, []F) int                                 { return 0 }
func shiftFast[F Float]([]F, []F, F) int                                         { return 0 }
func normToFast[F Float]([]F, []F, []F, []F, F) int                              { return 0 }
func normGradFast[F Float]([]F, []F, F, F, F) int                                { return 0 }
func softmaxBackFast[F Float]([]F, []F, F) int                                   { return 0 }

func dotFast[F Float]([]F, []F) (float64, bool)    { return 0, false }
func sumSqFast[F Float]([]F) (float64, bool)       { return 0, false }
func sumFast[F Float]([]F) (float64, bool)         { return 0, false }
func distSqFast[F Float]([]F, []F) (float64, bool) { return 0, false }
func maxFast[F Float]([]F) (m F, ok bool)          { return m, false }
func finiteFast[F Float]([]F) (sum F, ok bool)     { return sum, false }

func xentFast[F Float](d, logits Mat[F], labels []int, scale F, sums, atLabel []float64) bool {
	return false
}

func blockFast[F Float](Mat[F], onto[F], F, left[F], Mat[F]) bool { return false }
func transposeFast[F Float](Mat[F], Mat[F]) bool                  { return false }

func correlateFast[F Float](Mat[F], []F, []F, Taps) bool { return false }

func pool2Fast[F Float](Planes[F], Planes[F]) bool              { return false }
func unpool2Fast[F Float](Planes[F], Planes[F], Planes[F]) bool { return false }

func transposeTightFast[F Float]([]F, int, Mat[F]) int  { return 0 }
func colSumsFast[F Float]([]F, Mat[F]) bool             { return false }
func reluColSumsFast[F Float]([]F, Mat[F], Mat[F]) bool { return false }
func addBiasFast[F Float]([]F, Mat[F]) bool             { return false }
func biasReLUFast[F Float]([]F, Mat[F]) bool            { return false }

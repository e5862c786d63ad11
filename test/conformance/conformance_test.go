// SPDX-License-Identifier: Apache-2.0

// Package conformance is the official Gateway API conformance suite as one test binary.
package conformance

import (
	"testing"

	"sigs.k8s.io/gateway-api/conformance"
)

func TestConformance(t *testing.T) {
	conformance.RunConformance(t)
}

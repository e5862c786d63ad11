// SPDX-License-Identifier: Apache-2.0

// Package meta names what the kinds borrow from k8s.io/apimachinery, and the few representations
// that gwgen knows by name.
package meta

// Condition is metav1.Condition.
type Condition struct {
	Type               string `json:"type"`
	Status             string `json:"status"`
	ObservedGeneration int64  `json:"observedGeneration,omitempty"`
	LastTransitionTime string `json:"lastTransitionTime"`
	Reason             string `json:"reason"`
	Message            string `json:"message"`
}

// LabelSelector is metav1.LabelSelector.
type LabelSelector struct {
	MatchLabels      Labels                     `json:"matchLabels,omitempty"`
	MatchExpressions []LabelSelectorRequirement `json:"matchExpressions,omitempty"`
}

// LabelSelectorRequirement is metav1.LabelSelectorRequirement.
type LabelSelectorRequirement struct {
	Key      string   `json:"key"`
	Operator string   `json:"operator"`
	Values   []string `json:"values,omitempty"`
}

// Labels is text to text.
type Labels map[string]string

// Bytes is text to bytes, written in base64.
type Bytes map[string][]byte

// IntOrString is a number or a name.
type IntOrString struct{}

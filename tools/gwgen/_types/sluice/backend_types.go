// SPDX-License-Identifier: Apache-2.0

// Package sluice names the fields of our own kinds; deploy/crd/ holds their schemas.
package sluice

import v1 "sigs.k8s.io/gateway-api/apis/v1"

type Backend struct {
	Spec BackendSpec `json:"spec"`
}

type BackendSpec struct {
	Endpoints []string         `json:"endpoints"`
	Protocol  *BackendProtocol `json:"protocol,omitempty"`
	TLS       *BackendTLS      `json:"tls,omitempty"`
}

type BackendProtocol string

type BackendTLS struct {
	Hostname                *v1.PreciseHostname             `json:"hostname,omitempty"`
	CACertificateRefs       []v1.LocalObjectReference       `json:"caCertificateRefs,omitempty"`
	WellKnownCACertificates *v1.WellKnownCACertificatesType `json:"wellKnownCACertificates,omitempty"`
	SubjectAltNames         []v1.SubjectAltName             `json:"subjectAltNames,omitempty"`
	ClientCertificateRef    *v1.SecretObjectReference       `json:"clientCertificateRef,omitempty"`
}
